// What is kept in this browser: choices, and what a person keeps for himself (own.ts): views, drafts of models.
const PREFIX = "qiantang.";

export function readKept<T>(name: string, otherwise: T): T {
  try {
    const text = localStorage.getItem(PREFIX + name);
    return text === null ? otherwise : (JSON.parse(text) as T);
  } catch {
    return otherwise; // of another version, or the browser keeps nothing
  }
}

// False where the browser keeps nothing, or has no room for it: it holds until the page is closed.
export function writeKept(name: string, value: unknown): boolean {
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

export function dropKept(name: string): void {
  try {
    localStorage.removeItem(PREFIX + name);
  } catch {
    // then it stays
  }
}

// Told when another page of this browser has written it.
export function onKept(name: string, listener: () => void): () => void {
  const written = (event: StorageEvent) => event.key === PREFIX + name && listener();
  window.addEventListener("storage", written);
  return () => window.removeEventListener("storage", written);
}
