import type { Socket } from 'node:net';

/** Joins two half-open sockets; when either breaks, both are gone, so that a killed server looks killed. */
export function join(left: Socket, right: Socket): void {
  left.pipe(right);
  right.pipe(left);
  const abandon = (): void => {
    left.destroy();
    right.destroy();
  };
  // A reset of one side is told to the other by closing it; there is nobody else to tell.
  left.once('error', abandon);
  right.once('error', abandon);
  left.once('close', abandon);
  right.once('close', abandon);
}
