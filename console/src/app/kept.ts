// What is kept in this browser: choices and saved views. Never anything about customers.
const PREFIX = "qiantang.";

export function readKept<T>(name: string, otherwise: T): T {
  try {
    const text = localStorage.getItem(PREFIX + name);
    return text === null ? otherwise : (JSON.parse(text) as T);
  } catch {
    return otherwise; // of another version, or the browser keeps nothing
  }
}

export function writeKept(name: string, value: unknown): void {
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // The browser keeps nothing: it holds until the page is closed.
  }
}
