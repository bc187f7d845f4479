/** Values as they travel in JSON. */
export type Json = null | boolean | number | string | Json[] | JsonObject
export type JsonObject = { [key: string]: Json }

/** Whether a value is a JSON object (no array, not null). */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The object without the members that are undefined: what JSON would carry. */
export function defined(members: Record<string, Json | undefined>): JsonObject {
  const result: JsonObject = {}
  for (const key in members) {
    const value = members[key]
    if (value !== undefined) result[key] = value
  }
  return result
}

/** Reads JSON that comes from outside; undefined when it is no JSON. */
export function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** JSON text that is already written and must reach the wire byte for byte. */
export class RawJson {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}
