import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const WORTH_BYTES = 1_024
const PACKED = /\.(js|css|json|svg)$/

/**
 * Writes a file packed by Brotli and one by gzip beside each text file of `folder`; the server gives a browser the one
 * it takes. Fonts and pictures are packed already.
 */
export function packAssets(folder) {
  for (const name of readdirSync(folder).filter(each => PACKED.test(each))) {
    const bytes = readFileSync(join(folder, name))
    if (bytes.length < WORTH_BYTES) continue
    const params = { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length }
    writeFileSync(join(folder, `${name}.br`), brotliCompressSync(bytes, { params }))
    writeFileSync(join(folder, `${name}.gz`), gzipSync(bytes, { level: 9 }))
  }
}
