/** The errors of WASI preview 1 that the driver answers with. */
export const SUCCESS = 0;
export const AGAIN = 6;
export const BADF = 8;
export const FAULT = 21;
export const INVAL = 28;
export const IO = 29;
export const NOSYS = 52;
export const NOTSUP = 58;
export const PIPE = 64;
export const SPIPE = 70;
