/** The types that web/types cannot say, since they are made of JavaScript: what a consumer's own settings decide. */
export * from './types/index.js';

declare global {
  // Whoever compiles for `await using` (lib esnext.disposable, or Node's types) has this with its member; for others it is empty.
  interface AsyncDisposable {}
}

declare module './types/runner.js' {
  interface Runner extends AsyncDisposable {}
}

declare module './types/errors.js' {
  interface CorunError {
    /** What a run that failed had written, with `collect`. */
    stdout?: string | Uint8Array;
    /** Likewise. */
    stderr?: string | Uint8Array;
    /** With `files`: what was there. */
    files?: Record<string, Uint8Array>;
  }
}
