// A CSV that is going to be imported into a list: read, and checked row by row, before anything is written.
import dayjs from "dayjs";

export interface ImportRow {
  row: number; // as a spreadsheet counts
  key: string;
  until: number | null;
  note: string;
  fault: { word: "emptyKey" | "longKey" | "badUntil" | "pastUntil" | "twiceKey" | "longNote" | "partsKey" | "emptyNote"; n?: number } | null;
}

export const IMPORT_ROWS_MAX = 10_000;
const KEY_MAX = 512;
const NOTE_MAX = 1000;

// What a spreadsheet has saved: UTF-8, or GB 18030 as Chinese ones write CSV unless they are told otherwise.
export function textOf(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("gb18030").decode(bytes);
  }
}

// Cells of CSV as RFC 4180 has them; a semicolon or tab may separate too, as spreadsheets of other countries write.
export function parseCsv(text: string): string[][] {
  const plain = text.replace(/^\ufeff/, "");
  const head = plain.slice(0, plain.search(/\r|\n|$/));
  const mark = [",", ";", "\t"].reduce((best, one) => (head.split(one).length > head.split(best).length ? one : best));
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = "";
  let quoted = false;
  for (let at = 0; at <= plain.length; at++) {
    const letter = plain[at];
    if (quoted && letter !== undefined) {
      if (letter !== '"') {
        cell += letter;
      } else if (plain[at + 1] === '"') {
        cell += '"';
        at++;
      } else {
        quoted = false;
      }
    } else if (letter === '"' && cell === "") {
      quoted = true;
    } else if (letter === mark || letter === "\n" || letter === undefined) {
      row.push(cell.trim());
      cell = "";
      if (letter !== mark) {
        if (row.some((one) => one !== "")) {
          rows.push(row);
        }
        row = [];
      }
    } else if (letter !== "\r") {
      cell += letter;
    }
  }
  return rows;
}

function untilOf(text: string): number | null | undefined {
  if (text === "") {
    return null;
  }
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) {
    return dayjs(`${text}T00:00:00+08:00`).add(1, "day").valueOf();
  }
  const moment = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}/.test(text) ? dayjs(/[+Z]|-\d{2}:\d{2}$/.test(text.slice(10)) ? text : `${text}+08:00`) : null;
  return moment?.isValid() ? moment.valueOf() : undefined;
}

// "missing": there is no column `key`; "many": too many rows.
export function checkImport(text: string, parts: number, now: number): ImportRow[] | "missing" | "many" {
  const [head, ...rows] = parseCsv(text);
  const place = (name: string) => (head ?? []).findIndex((cell) => cell.toLowerCase() === name);
  const either = (one: string, other: string) => (place(one) < 0 ? place(other) : place(one));
  const [keyAt, untilAt, noteAt] = [place("key"), either("end", "until"), either("reason", "note")];
  if (keyAt < 0) {
    return "missing";
  }
  if (rows.length > IMPORT_ROWS_MAX) {
    return "many";
  }
  const first = new Map<string, number>();
  return rows.map((cells, index) => {
    const key = cells[keyAt] ?? "";
    const note = noteAt < 0 ? "" : (cells[noteAt] ?? "");
    const until = untilOf(untilAt < 0 ? "" : (cells[untilAt] ?? ""));
    const row = index + 2;
    const twice = first.get(key);
    if (twice === undefined) {
      first.set(key, row);
    }
    const fault: ImportRow["fault"] =
      key === ""
        ? { word: "emptyKey" }
        : key.length > KEY_MAX
          ? { word: "longKey" }
          : parts > 1 && key.split("|").length !== parts
            ? { word: "partsKey", n: parts }
            : until === undefined
              ? { word: "badUntil" }
              : until !== null && until <= now
                ? { word: "pastUntil" }
                : note === ""
                  ? { word: "emptyNote" }
                : note.length > NOTE_MAX
                  ? { word: "longNote" }
                  : twice !== undefined
                    ? { word: "twiceKey", n: twice }
                    : null;
    return { row, key, until: until ?? null, note, fault };
  });
}
