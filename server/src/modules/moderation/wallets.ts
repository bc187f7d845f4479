import { createHash } from 'node:crypto'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { base58, bech32, bech32m } from '@scure/base'
import type { WalletNetwork } from '@tracedesk/contracts'
import { revealText } from './normalise.ts'

export interface Wallet {
  readonly network: WalletNetwork
  /** As it is usually written. */
  readonly address: string
  /** One spelling for each wallet: what the allow-list is asked for. */
  readonly canonical: string
  /** `none`: written in a way that carries no checksum; `wrong`: mixed case that does not fit EIP-55. */
  readonly checksum: 'valid' | 'none' | 'wrong'
}

// Up to three characters that are neither letter nor digit may stand between two of an address: who wants to get
// around the rule writes spaces or dots in between. The classes exclude each other, so nothing backtracks.
const GAP = '[^\\p{L}\\p{N}]{0,3}'
const BASE58 = '[1-9A-HJ-NP-Za-km-z]'
const TRON = new RegExp(`(?=(T(?:${GAP}${BASE58}){33}))`, 'gu')
const BITCOIN_OLD = new RegExp(`(?=([13](?:${GAP}${BASE58}){25,34}))`, 'gu')
const BITCOIN_NEW = new RegExp(`(?=(bc1(?:${GAP}[ac-hj-np-z02-9]){11,71}))`, 'giu')
const EVM = new RegExp(`(?=(0${GAP}x(?:${GAP}[0-9a-f]){40})(?![0-9a-f]))`, 'giu')
const TON = /(?=([EUk0](?:\s{0,3}[A-Za-z0-9_+/-]){47}))/gu
const TON_RAW = /(?<![\p{L}\p{N}])(?:0|-1):[0-9a-f]{64}(?![0-9a-f])/giu

const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest()

/** Every wallet address in a text, each once. Recognised by checksum, or by form where the form has none. */
export function findWallets(text: string): Wallet[] {
  const plain = revealText(text)
  const joined = (expression: RegExp, gap: RegExp) =>
    new Set([...plain.matchAll(expression)].map(match => (match[1] ?? '').replace(gap, '')))
  const alphanumeric = /[^\p{L}\p{N}]/gu
  const found = [
    ...[...joined(TRON, alphanumeric)].map(readTron),
    ...[...joined(BITCOIN_OLD, alphanumeric)].flatMap(readOldBitcoins),
    ...[...joined(BITCOIN_NEW, alphanumeric)].map(readNewBitcoin),
    ...[...joined(EVM, alphanumeric)].map(readEvm),
    ...[...joined(TON, /\s/g)].map(readTon),
    ...[...plain.matchAll(TON_RAW)].map(match => readTonRaw(match[0])),
  ].filter(wallet => wallet !== null)
  return [...new Map(found.map(wallet => [`${wallet.network} ${wallet.canonical}`, wallet])).values()]
}

/** A single address as somebody typed it, with nothing around it; null when it is none, or its checksum is wrong. */
export function readWallet(text: string): Wallet | null {
  const wallet = findWallets(text)[0]
  const bare = revealText(text).trim()
  return wallet && wallet.checksum !== 'wrong' && wallet.address.length === bare.length ? wallet : null
}

/** Base58Check: 25 bytes of which the last four are the first of a double SHA-256. Null when they are not. */
function decodeBase58Check(text: string): Uint8Array | null {
  const bytes = base58.decode(text)
  if (bytes.length !== 25) return null
  const checksum = sha256(sha256(bytes.subarray(0, 21))).subarray(0, 4)
  return checksum.equals(bytes.subarray(21)) ? bytes : null
}

function readTron(address: string): Wallet | null {
  const bytes = decodeBase58Check(address)
  return bytes?.[0] === 0x41 ? { network: 'tron', address, canonical: address, checksum: 'valid' } : null
}

/** The expression takes as many characters as it can; the address may be shorter. P2PKH (0) and P2SH (5). */
function readOldBitcoins(text: string): (Wallet | null)[] {
  for (let length = text.length; length >= 26; length--) {
    const address = text.slice(0, length)
    const version = decodeBase58Check(address)?.[0]
    if (version === 0 || version === 5)
      return [{ network: 'bitcoin', address, canonical: address, checksum: 'valid' }]
  }
  return []
}

/** BIP 173 and 350: witness version 0 is bech32, later ones are bech32m. */
function readNewBitcoin(text: string): Wallet | null {
  for (const length of new Set([text.length, 62, 42])) {
    const address = text.slice(0, length)
    const lower = address.toLowerCase()
    if (address !== lower && address !== address.toUpperCase()) continue // BIP 173 forbids mixed case
    for (const code of [bech32, bech32m]) {
      const decoded = code.decodeUnsafe(lower, 90)
      const version = decoded?.words[0]
      if (decoded?.prefix === 'bc' && version !== undefined && (version === 0) === (code === bech32))
        return { network: 'bitcoin', address, canonical: lower, checksum: 'valid' }
    }
  }
  return null
}

/** EIP-55: capital letters are a checksum. All small or all capital carries none. */
function readEvm(address: string): Wallet {
  const hex = address.slice(2)
  const lower = hex.toLowerCase()
  const canonical = `0x${lower}`
  if (hex === lower || hex === hex.toUpperCase())
    return { network: 'evm', address, canonical, checksum: 'none' }
  const hash = Buffer.from(keccak_256(Buffer.from(lower, 'ascii'))).toString('hex')
  const fits = [...hex].every((digit, index) => {
    if (/[0-9]/.test(digit)) return true
    return (digit !== digit.toLowerCase()) === Number.parseInt(hash[index] ?? '0', 16) >= 8
  })
  return { network: 'evm', address, canonical, checksum: fits ? 'valid' : 'wrong' }
}

/** TEP-2: tag, workchain, 32 bytes, CRC16 (XMODEM). */
function readTon(address: string): Wallet | null {
  const bytes = Buffer.from(address, 'base64url')
  const tag = (bytes[0] ?? 0) & 0x7f // the highest bit says test network
  if (bytes.length !== 36 || (tag !== 0x11 && tag !== 0x51)) return null
  if (crc16(bytes.subarray(0, 34)) !== bytes.readUInt16BE(34)) return null
  const canonical = `${bytes.readInt8(1)}:${bytes.subarray(2, 34).toString('hex')}`
  return { network: 'ton', address, canonical, checksum: 'valid' }
}

const readTonRaw = (address: string): Wallet => ({
  network: 'ton',
  address,
  canonical: address.toLowerCase(),
  checksum: 'none',
})

function crc16(bytes: Uint8Array): number {
  let crc = 0
  for (const byte of bytes) {
    crc ^= byte << 8
    for (let bit = 0; bit < 8; bit++)
      crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff
  }
  return crc
}
