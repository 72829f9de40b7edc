export type { TokenLimits } from './auth/tokens.ts';
export { defaultTokenLimits } from './auth/tokens.ts';
export type { SwiftDoorOptions } from './door.ts';
export { defaultTimeLimit, listenSwiftDoor } from './door.ts';
export type { SwiftAnswer } from './http/front.ts';
export type { SwiftLimits } from './limits.ts';
export { defaultLimits } from './limits.ts';
export type { HttpServer as SwiftServer } from '@polynas/http';
