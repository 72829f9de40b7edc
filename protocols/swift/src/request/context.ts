import type { Services } from '@polynas/core/service';
import type { Clock, PayloadBuffers } from '@polynas/core/wire';
import type { Admission } from '@polynas/http';
import type { Tokens } from '../auth/tokens.ts';
import type { SwiftLimits } from '../limits.ts';

/** What every operation works with. */
export interface DoorContext extends Pick<Services, 'objects' | 'shares' | 'accounts' | 'labels'> {
  readonly clock: Clock;
  readonly random: (length: number) => Uint8Array;
  readonly tokens: Tokens;
  /** Who may have a password checked. */
  readonly passwordChecks: Admission;
  readonly limits: SwiftLimits;
  /** For what large replies carry. */
  readonly payloads: PayloadBuffers;
  /** Name of the one region in catalogues. */
  readonly region: string;
  /** Milliseconds that an operation may take, the transfer of its body not counted. */
  readonly timeLimit: number;
}
