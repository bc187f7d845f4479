import { hash } from 'node:crypto'
import { setHasher } from './sha256.ts'

/**
 * The same package for Node: importing this entry plugs `node:crypto` in as the hasher, about three times as fast
 * as the portable one. Everything else is identical.
 */
setHasher(bytes => hash('sha256', bytes, 'buffer'))

export * from './index.ts'
