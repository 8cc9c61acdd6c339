// What is done to an alert, as calls of the API; and what has to be asked anew after it.
import type { QueryKey } from "@tanstack/react-query";

import { api, told } from "@/api/client";

export const afterDeed = (alert?: number): QueryKey[] => [...(alert === undefined ? [] : [["alert", alert]]), ["mine"], ["queues"], ["desks"], ["to approve"], ["table", "alerts"]];

const of = (alert: number) => ({ params: { path: { alert } } });

export const MARKS = ["POLICE_ORDER", "APPEAL", "COMPLAINT", "MEDIA", "LEGAL"] as const;
export type Mark = (typeof MARKS)[number];
export const WORKING = ["VERIFYING", "WAITING_CUSTOMER", "WAITING_BRANCH", "WAITING_POLICE"] as const;
export type Working = (typeof WORKING)[number];
export const REOPENINGS = ["qa", "appeal", "victim_report", "police_list"] as const;
export type Reopening = (typeof REOPENINGS)[number];

export interface Decision {
  code: string;
  note: string;
  clear_days?: number;
  weak?: boolean;
  case?: number;
}

export const deeds = {
  next: () => told(api.POST("/v1/alerts/next", { body: {} })),
  claim: (alert: number) => told(api.POST("/v1/alerts/{alert}/claim", { ...of(alert), body: {} })),
  handBack: (alert: number, note: string) => told(api.POST("/v1/alerts/{alert}/hand_back", { ...of(alert), body: { note } })),
  handOver: (alert: number, to: string, note: string) => told(api.POST("/v1/alerts/{alert}/hand_over", { ...of(alert), body: { to, note } })),
  escalate: (alert: number, note: string) => told(api.POST("/v1/alerts/{alert}/escalate", { ...of(alert), body: { note } })),
  work: (alert: number, state: Working, note: string) => told(api.POST("/v1/alerts/{alert}/state", { ...of(alert), body: { state, note } })),
  note: (alert: number, note: string) => told(api.POST("/v1/alerts/{alert}/notes", { ...of(alert), body: { note } })),
  mark: (alert: number, mark: Mark, note: string) => told(api.POST("/v1/alerts/{alert}/marks", { ...of(alert), body: { mark, note } })),
  ask: (alert: number, channel: string, script: string, within_s?: number) => told(api.POST("/v1/alerts/{alert}/questions", { ...of(alert), body: { channel, script, within_s } })),
  volunteered: (alert: number, answer: Record<string, never>) => told(api.POST("/v1/alerts/{alert}/volunteered", { ...of(alert), body: { answer } })),
  answer: (task: number, answer: Record<string, never>) => told(api.POST("/v1/tasks/{task}/answer", { params: { path: { task } }, body: { answer } })),
  decide: (alert: number, decision: Decision) => told(api.POST("/v1/alerts/{alert}/decision", { ...of(alert), body: decision })),
  approve: (alert: number, note: string) => told(api.POST("/v1/alerts/{alert}/approve", { ...of(alert), body: { note } })),
  disapprove: (alert: number, note: string) => told(api.POST("/v1/alerts/{alert}/disapprove", { ...of(alert), body: { note } })),
  reopen: (alert: number, reason: Reopening, note: string) => told(api.POST("/v1/alerts/{alert}/reopen", { ...of(alert), body: { reason, note } })),
};
