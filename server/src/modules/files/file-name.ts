const NAME_MAX = 120
// What turns the reading direction round makes "gpj.exe" look like "exe.jpg"; the others are invisible.
const MISLEADING = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

/**
 * A file's name as it can be stored and shown: the last piece of a path, without control and direction characters, at
 * most 120 units with its ending kept. Never empty.
 */
export function cleanFileName(given: string): string {
  const name = (given.toWellFormed().split(/[\\/]/).at(-1) ?? '').replace(MISLEADING, '').trim()
  if (name === '' || /^\.+$/.test(name)) return 'file'
  if (name.length <= NAME_MAX) return name
  const ending = /\.[^.\s]{1,12}$/.exec(name)?.[0] ?? ''
  return `${name.slice(0, NAME_MAX - ending.length - 1)}…${ending}`.toWellFormed()
}

/** A Content-Disposition for a name of any script (RFC 6266, RFC 8187). */
export function dispositionOf(kind: 'inline' | 'attachment', name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_')
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    c => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `${kind}; filename="${plain}"; filename*=UTF-8''${encoded}`
}
