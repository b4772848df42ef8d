/** What there is to run: the list that the server has, one program, or an Emscripten factory. */

/** @typedef {import('corun').Source} Source */

/**
 * @typedef {object} Program
 * @property {string} name
 * @property {string} about what it does; may be empty
 * @property {boolean} factory whether it is an Emscripten factory
 * @property {(signal: AbortSignal) => Promise<Source>} source
 */

/**
 * Fills a <select>, which stays hidden where there is no choice, and tells about what is picked.
 *
 * @param {HTMLSelectElement} select
 * @param {HTMLElement} about
 */
export async function openPrograms(select, about) {
  const query = new URLSearchParams(location.search);
  const factory = query.get('factory');
  const programs = factory === null ? await listOf() : [factoryAt(factory)];
  const current = () => /** @type {Program} */ (programs[select.selectedIndex] ?? programs[0]);
  const tell = () => {
    about.textContent = current().about;
    about.hidden = about.textContent === '';
    document.title = `${current().name}, Corun`;
  };
  select.replaceChildren(...programs.map(({ name }) => new Option(name)));
  const asked = programs.findIndex(({ name }) => name === query.get('program'));
  select.selectedIndex = Math.max(asked, 0);
  /** @type {HTMLElement} */ (select.parentElement).hidden = programs.length < 2;
  select.addEventListener('change', tell);
  tell();
  return { current };
}

/** @returns {Promise<Program[]>} at least one */
async function listOf() {
  const response = await fetch('programs.json');
  if (response.status === 404) return [programAt({ name: 'app', about: '', url: 'app.wasm' })];
  if (!response.ok) throw new Error(`programs.json: ${response.status}`);
  const list = await response.json();
  if (!Array.isArray(list) || list.length === 0) throw new Error('programs.json lists none');
  return list.map(programAt);
}

/** @param {{ name: string, about?: string, url: string }} listed @returns {Program} */
function programAt({ name, about = '', url }) {
  const source = (/** @type {AbortSignal} */ signal) => load(new URL(url, document.baseURI), signal);
  return { name, about, factory: false, source };
}

/**
 * The server may have to compile it, and says in its answer what is wrong with it.
 *
 * @param {URL} url
 * @param {AbortSignal} signal
 */
async function load(url, signal) {
  const response = await fetch(url, { signal });
  if (response.ok) return response;
  const isText = response.headers.get('Content-Type')?.startsWith('text/plain');
  throw new Error(isText ? await response.text() : `${url.href}: ${response.status} ${response.statusText}`);
}

/** @param {string} path @returns {Program} */
function factoryAt(path) {
  const url = new URL(path, document.baseURI);
  const source = async () => {
    if (url.origin !== location.origin) throw new TypeError('factory is not of this site');
    return (await import(url.href)).default;
  };
  const name = url.pathname.replace(/^.*\//, '').replace(/\.m?js$/, '');
  return { name, about: '', factory: true, source };
}
