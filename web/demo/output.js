/** What a program prints, as it comes; of very much the end. */

/** Characters that are kept at least. */
const KEPT = 200_000;

export class Output {
  #element;
  #length = 0;
  /** @type {HTMLElement | null} what was left out is said here */ #cut = null;

  /** @param {HTMLElement} element */
  constructor(element) {
    this.#element = element;
  }

  clear() {
    this.#element.textContent = '';
    this.#length = 0;
    this.#cut = null;
  }

  /** @param {string} text @param {'stdout' | 'stderr'} stream */
  print(text, stream) {
    const { scrollTop, clientHeight, scrollHeight } = this.#element;
    const atEnd = scrollTop + clientHeight >= scrollHeight - 4;
    const part = document.createElement('span');
    part.className = stream;
    part.textContent = text.slice(-KEPT);
    this.#element.append(part);
    this.#length += part.textContent.length;
    if (this.#length > 2 * KEPT) this.#cutBeginning();
    if (atEnd) this.#element.scrollTop = this.#element.scrollHeight;
  }

  #cutBeginning() {
    this.#cut ??= document.createElement('span');
    this.#cut.textContent = '[the beginning is left out]\n';
    this.#cut.remove();
    const parts = [...this.#element.children];
    while (this.#length > KEPT && parts.length > 1) {
      const first = /** @type {Element} */ (parts.shift());
      this.#length -= first.textContent?.length ?? 0;
      first.remove();
    }
    this.#element.prepend(this.#cut);
  }
}
