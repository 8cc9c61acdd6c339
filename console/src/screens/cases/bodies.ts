// From what a form gave to the body that a route takes: which members there are says the form, and the server refuses what is wrong.
import type { paths } from "@/api/schema";
import type { Given } from "@/screens/cases/DeedForm";

type Posted = { [P in keyof paths]: paths[P] extends { post: { requestBody?: { content: { "application/json": unknown } } } } ? P : never }[keyof paths];

export type BodyOf<P extends Posted> = paths[P] extends { post: { requestBody?: { content: { "application/json": infer Body } } } } ? Body : never;

export function asBody<P extends Posted>(given: Given): BodyOf<P> {
  return given as unknown as BodyOf<P>;
}
