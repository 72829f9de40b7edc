/** `setTimeout` takes 31 bits of milliseconds, and takes more than that for none; who wants an answer for longer is asked no more. */
export const longestTimer = 2 ** 31 - 1;
