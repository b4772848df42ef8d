// A server of the tests: on this machine alone, on a port that is free.

/**
 * @param {import('node:http').Server} server
 * @returns {Promise<{ origin: string, close: () => Promise<unknown> }>} `close` also ends what is under way
 */
export async function listen(server) {
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', () => resolve(undefined)); });
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const close = () => new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
  return { origin: `http://127.0.0.1:${port}`, close };
}
