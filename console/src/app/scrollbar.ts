// How wide scroll bars are. Stands in place of the module of that name in rc-util (vite.config.ts): that one measures with a style element that lacks the page's nonce, which the page's policy refuses, with an error in the browser's
// console for each table. The console gives scroll bars no style of its own, so measuring one is enough.
interface Size {
  width: number;
  height: number;
}

let known: Size | null = null;

function measured(): Size {
  const box = document.createElement("div");
  box.style.position = "absolute";
  box.style.width = "100px";
  box.style.height = "100px";
  box.style.overflow = "scroll";
  document.body.appendChild(box);
  const size = { width: box.offsetWidth - box.clientWidth, height: box.offsetHeight - box.clientHeight };
  box.remove();
  return size;
}

export function getTargetScrollBarSize(_target?: Element): Size {
  known ??= measured();
  return known;
}

export default function getScrollBarSize(fresh?: boolean): number {
  if (fresh === true) {
    known = null;
  }
  return getTargetScrollBarSize().width;
}
