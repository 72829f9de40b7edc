import type { Services } from '@polynas/core/service';
import type { ListedTexts } from '../reply/listed-texts.ts';
import type { Clock, PayloadBuffers } from '@polynas/core/wire';

/** What every operation works with. */
export interface OperationContext extends Pick<Services, 'objects' | 'shares' | 'accounts'> {
  /** The one region that this endpoint is. */
  readonly region: string;
  /** Buckets may be asked for in any region. */
  readonly anyRegion: boolean;
  readonly clock: Clock;
  /** For what large replies carry. */
  readonly payloads: PayloadBuffers;
  /** Of pages that were listed before. */
  readonly listed: ListedTexts;
  /** Milliseconds that an operation may take, the transfer of its body not counted. */
  readonly timeLimit: number;
  /** Bytes a second that an upload makes at least (`S3Limits.uploadRate`): bounds the time of its transfer. */
  readonly uploadRate: number;
}
