import { createReadStream } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import type { S3Client } from '@aws-sdk/client-s3'
import { FileGone, type FileStore, type PutOptions } from './store.ts'

type Sdk = typeof import('@aws-sdk/client-s3')

/**
 * A store in an S3 bucket: `s3://bucket/prefix?endpoint=https://…&region=…`. With an endpoint, buckets are addressed by
 * path. Credentials come from where the SDK looks for them (AWS_ACCESS_KEY_ID and its like, a role, a profile).
 */
export async function openS3Store(url: URL): Promise<FileStore> {
  // 22 MB of SDK that only those pay for who use it
  const sdk = await import('@aws-sdk/client-s3')
  const endpoint = url.searchParams.get('endpoint')
  const client = new sdk.S3Client({
    region: url.searchParams.get('region') ?? 'us-east-1',
    // checksums in trailers are more than many stores of other makers understand; the chunks carry tags of their own
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    ...(endpoint ? { endpoint, forcePathStyle: true } : {}),
  })
  const prefix = url.pathname.replace(/^\/+|\/+$/g, '')
  return new S3Store(sdk, client, url.hostname, prefix === '' ? '' : `${prefix}/`)
}

class S3Store implements FileStore {
  readonly #sdk: Sdk
  readonly #client: S3Client
  readonly #bucket: string
  readonly #prefix: string

  constructor(sdk: Sdk, client: S3Client, bucket: string, prefix: string) {
    this.#sdk = sdk
    this.#client = client
    this.#bucket = bucket
    this.#prefix = prefix
  }

  async put(key: string, path: string, { sha256, lockUntil }: PutOptions = {}): Promise<void> {
    const { size } = await stat(path)
    await this.#client.send(
      new this.#sdk.PutObjectCommand({
        ...this.#at(key),
        Body: createReadStream(path),
        ContentLength: size,
        ContentType: 'application/octet-stream',
        // S3 wants a digest with every locked object, and compares it with what arrives
        ...(sha256 ? { ChecksumSHA256: Buffer.from(sha256, 'hex').toString('base64') } : {}),
        ...(lockUntil
          ? { ObjectLockMode: 'COMPLIANCE' as const, ObjectLockRetainUntilDate: new Date(lockUntil) }
          : {}),
      }),
    )
    await rm(path, { force: true })
  }

  async read(key: string, from: number, to: number): Promise<AsyncIterable<Uint8Array>> {
    try {
      const range = `bytes=${from}-${to - 1}`
      const { Body } = await this.#client.send(
        new this.#sdk.GetObjectCommand({ ...this.#at(key), Range: range }),
      )
      if (!Body) throw new FileGone(key)
      // In Node the SDK's body is a Readable; its type also covers browsers.
      return Body as unknown as AsyncIterable<Uint8Array>
    } catch (error) {
      if (error instanceof this.#sdk.NoSuchKey) throw new FileGone(key)
      throw error
    }
  }

  async remove(key: string): Promise<void> {
    await this.#client.send(new this.#sdk.DeleteObjectCommand(this.#at(key)))
  }

  /** A bucket without Object Lock, and a store that has never heard of it, answer with an error. */
  async offersLock(): Promise<boolean> {
    try {
      const { ObjectLockConfiguration: found } = await this.#client.send(
        new this.#sdk.GetObjectLockConfigurationCommand({ Bucket: this.#bucket }),
      )
      return found?.ObjectLockEnabled === 'Enabled'
    } catch (error) {
      if (error instanceof this.#sdk.S3ServiceException) return false
      throw error
    }
  }

  #at(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.#bucket, Key: `${this.#prefix}${key}` }
  }
}
