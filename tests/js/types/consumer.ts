// A page's code as TypeScript sees the package. Compiled only; each @ts-expect-error must be one.
import {
  CorunError, Runner, run, type Fetch, type HostAnswer, type HostFunction, type InputOption, type OpenOptions, type OutputOption, type Place,
  type RunOptions, type RunResult, type Source, type TaskChange, type TaskState, type TaskTree,
} from 'corun';

const controller = new AbortController();

/** What is collected is of the type that was asked for, and a function is told what it gets. */
export async function streams(): Promise<void> {
    const { stdout, stderr } = await run('/app.wasm', { stdout: 'collect', stderr: { to: 'collect', as: 'bytes' } });
    console.log(stdout.trim(), stderr.byteLength);
    const unknown: OutputOption = stdout === '' ? 'collect' : { to: 'collect', as: 'bytes' };
    const result = await run('/app.wasm', { stdout: unknown as OutputOption });
    // @ts-expect-error: it may be bytes, or not collected
    result.stdout.trim();
    // @ts-expect-error: text has no such method
    await run('/app.wasm', { stdout: (text) => text.nothing() });
    await run('/app.wasm', { stdout: { to: (line) => line.trimEnd(), as: 'lines' }, stderr: { to: (bytes) => bytes.byteLength, as: 'bytes' } });
    await run('/app.wasm', { stdout: { to: new WritableStream<string>(), as: 'text' }, stderr: new WritableStream<Uint8Array>() });
    // @ts-expect-error: a stream gets bytes unless text is asked for
    await run('/app.wasm', { stdout: new WritableStream<string>() });
    // @ts-expect-error: lines are not collected
    await run('/app.wasm', { stdout: { to: 'collect', as: 'lines' } });
    const stdin: InputOption = new Blob(['text']);
    await run('/app.wasm', { stdin });
    await Runner.open('/app.wasm', { stderr: (text) => text.trim() });
}

/** What is perhaps not there may be handed on. */
export async function handedOn(signal?: AbortSignal, send?: Fetch, options?: OpenOptions): Promise<RunResult> {
    const runner = await Runner.open('/app.wasm', { ...options, env: undefined, fetch: send, grace: undefined });
    await runner.run('main', { signal, args: undefined });
    await runner.close({ signal });
    return run('/app.wasm', { ...options, signal, worker: undefined, stdout: undefined });
}

export async function all(): Promise<number> {
    const result: RunResult = await run(new URL('./app.wasm', 'http://localhost/'), {
        args: ['app', '10'],
        env: { LANG: 'C' },
        files: { '/in.png': new Uint8Array(1), '/a.txt': 'text' },
        stdin: new Blob(['text']).stream(),
        stdout: (text) => console.log(text),
        stderr: { to: 'collect', as: 'bytes' },
        signal: controller.signal,
    });
    await run(fetch('/app.wasm'), { stdout: new WritableStream() });
    await run(new Uint8Array(8), { stdin: 'text', worker: true });
    await run('/app.wasm', { ontasks: (changes) => changes.forEach(({ task, state, at }: TaskChange) => console.log(task, state, at?.line)) });
    await run(async (options: Record<string, unknown>) => options, { wasm: '/app.wasm' });

    const source: Source = new URL('./app.wasm', 'http://localhost/');
    const options: OpenOptions = { worker: true, workerUrl: '/worker.js', grace: 1000, budget: 4, files: {}, stderr: 'inherit' };
    await run(source, options);
    const answer: HostAnswer = 'text';
    console.log(answer);

    const echo: HostFunction = (bytes, { signal }) => (signal.aborted ? undefined : bytes);
    const hostCalls = { echo, sum: async (bytes: Uint8Array) => new Uint8Array([bytes.length]), text: () => 'text' };
    await run('/app.wasm', { hostCalls });
    await run('/app.wasm', { fetch: false });
    await run('/app.wasm', { fetch: async (request) => new Response(request.url) });
    // @ts-expect-error: a number is not bytes
    await run('/app.wasm', { hostCalls: { sum: async () => 5 } });

    // @ts-expect-error: no such option
    await run('/app.wasm', { sdtin: '' });
    // @ts-expect-error: not a signal
    await run('/app.wasm', { signal: {} });
    // @ts-expect-error: a Runner's open has no signal
    await Runner.open('/app.wasm', { signal: controller.signal });
    // @ts-expect-error: made by Runner.open
    new Runner();

    const runner = await Runner.open('/app.wasm', { debug: true });
    try {
        const how: RunOptions = { args: ['resize'], signal: controller.signal };
        const { value } = await runner.run('resize', how);
        if (value instanceof Uint8Array) console.log(value.length);
        const taken: boolean = runner.interrupt();
        const pending: number = runner.pendingInterrupts;
        console.log(taken, pending);
        const [first]: TaskTree[] = await runner.tasks();
        const state: TaskState | undefined = first?.state;
        const place: Place | null | undefined = first?.stack[0];
        console.log(place?.file, state, first?.waitsFor, first?.spawnedAt?.line, first?.stack[0]?.function, first?.awaits[0]?.repeated);
    } catch (error) {
        if (error instanceof CorunError) {
            const inner: CorunError[] = error.errors;
            console.log(error.code, error.trace, error.cause, inner.length, error.task, error.spawnedAt?.line, error.explain(), error.stdout);
        }
    } finally {
        const { status } = await runner.close({ signal: controller.signal });
        console.log(status);
    }
    runner.kill();
    return result.status;
}
