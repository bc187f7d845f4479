// Without zod, so that the console can take it along without the schemas.

/** What the log knows each rule by that acts by itself, in every workspace and for ever. */
export const RULE_IDS = {
  routing: '00000000-0000-8000-8000-000000000001',
  auto_resolve: '00000000-0000-8000-8000-000000000002',
  alerts: '00000000-0000-8000-8000-0000000000a1',
  privacy: '00000000-0000-8000-8000-000000000003',
  retention: '00000000-0000-8000-8000-000000000004',
  archive: '00000000-0000-8000-8000-000000000005',
} as const
export type RuleName = keyof typeof RULE_IDS
