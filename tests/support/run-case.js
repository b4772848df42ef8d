// Runs one case of a C test program, in Node and in a page.

/** TEST_AGAIN of tests/unit/test.h: the program wants to be called once more. */
const again = 75;

/**
 * A case in parts is run once for each part: one instance, and between the parts no loop of it runs.
 *
 * @param {typeof import('../../web/src/index.js').Runner} Runner
 * @param {import('../../web/src/index.js').Source} source
 * @param {import('../../web/src/index.js').OpenOptions & { args: string[] }} options
 */
export async function runCase(Runner, source, options) {
  const runner = await Runner.open(source, options);
  const all = { status: again, stdout: '', stderr: '' };
  while (all.status === again) {
    const { status, stdout = '', stderr = '' } = await runner.run('main', { args: options.args });
    all.status = status;
    all.stdout += stdout;
    all.stderr += stderr;
  }
  await runner.close();
  return all;
}
