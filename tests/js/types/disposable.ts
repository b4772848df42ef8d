// As consumer.ts, where the compiler knows `await using`.
import { Runner } from 'corun';

export async function all(): Promise<number> {
    await using runner = await Runner.open('/app.wasm');
    const same: Runner = runner;
    return (await same.run()).status;
}
