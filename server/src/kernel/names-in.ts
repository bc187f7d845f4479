/** Whether a text holds one of some names, however it is written in capitals. No names: no. */
export function holdsName(text: string, names: readonly string[]): boolean {
  const plain = text.toLowerCase()
  return names.some(name => plain.includes(name.toLowerCase()))
}
