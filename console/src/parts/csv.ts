// Rows as CSV for spreadsheets: UTF-8 with a mark, and no cell that a spreadsheet takes for a formula.
import { timeText } from "@/parts/values";

export type Cell = string | number | boolean | null | undefined;

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function cellText(cell: Cell): string {
  return cell === null || cell === undefined ? "" : quoted(typeof cell === "string" && /^[=+\-@\t\r\n＝＋－＠]/.test(cell) ? `'${cell}` : String(cell));
}

export function csvText(head: string[], rows: Cell[][]): string {
  return `\ufeff${[head, ...rows].map((row) => row.map(cellText).join(",")).join("\r\n")}\r\n`;
}

// For the server and not for a spreadsheet: each cell as it is. A key may begin with a plus.
export function csvForServer(head: string[], rows: (string | number)[][]): string {
  return `${[head, ...rows].map((row) => row.map((cell) => quoted(String(cell))).join(",")).join("\r\n")}\r\n`;
}

// What a file is called: what is in it, and when it was taken, by the clock of the bank's zone.
export function csvName(name: string): string {
  return `${name}-${timeText(Date.now()).replaceAll(":", "").replace(" ", "T")}.csv`;
}

export function download(name: string, content: BlobPart, type: string): void {
  const address = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
