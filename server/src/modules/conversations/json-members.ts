/** A JSON object of unknown members. */
export type Json = Readonly<Record<string, unknown>>

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
export const objectAt = (json: Json, key: string): Json | null => {
  const value = json[key]
  return isObject(value) ? value : null
}
export const integerAt = (json: Json, key: string): number | null =>
  Number.isSafeInteger(json[key]) ? (json[key] as number) : null
export const numberAt = (json: Json, key: string): number | null =>
  Number.isFinite(json[key]) ? (json[key] as number) : null
export const textAt = (json: Json, key: string): string | null => {
  const value = json[key]
  return typeof value === 'string' ? value.toWellFormed() : null
}
