// Libraries that put a style element into the page (tables that measure scroll bars, dialogues that hold the page still) do not all give it the page's nonce, without which the page's policy refuses it. So every style
// element that is made here has it.
const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce;
const create = document.createElement.bind(document) as (name: string, options?: ElementCreationOptions) => HTMLElement;

if (nonce !== undefined && nonce !== "") {
  document.createElement = ((name: string, options?: ElementCreationOptions) => {
    const made = create(name, options);
    if (made instanceof HTMLStyleElement) {
      made.nonce = nonce;
    }
    return made;
  }) as typeof document.createElement;
}
