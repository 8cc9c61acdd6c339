// Pickers show and take the wall clock of the bank's zone, whatever zone the browser is in.
import dayjs, { type Dayjs } from "dayjs";

import { timeText } from "@/parts/values";

export function shownMoment(ms: number): Dayjs {
  return dayjs(timeText(ms).replace(" ", "T"));
}

export function meantMs(moment: Dayjs): number {
  return Date.parse(`${moment.format("YYYY-MM-DDTHH:mm:ss")}+08:00`);
}
