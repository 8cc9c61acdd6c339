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

// The page's policy refuses a style attribute that a script sets as text, and lets the same declarations through the object model. The text area that grows with its text (rc-textarea) measures itself in a hidden one which
// it styles in the first way: refused, that one would stand on the page, seen and in the way of keys.
const setAttribute = Element.prototype.setAttribute;
Element.prototype.setAttribute = function (this: Element, name: string, value: string) {
  if (name === "style" && (this instanceof HTMLElement || this instanceof SVGElement)) {
    this.style.cssText = value;
  } else {
    setAttribute.call(this, name, value);
  }
};
