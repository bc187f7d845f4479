import { isAbsolute, join, resolve } from 'node:path'
import { z } from 'zod'
import { StartError } from './start-error.ts'

const url = (...protocols: string[]) =>
  z.string().refine(text => URL.canParse(text) && protocols.includes(new URL(text).protocol), {
    message: `must be a URL that begins with ${protocols.map(p => `${p}//`).join(' or ')}`,
  })

/** The signer speaks without TLS: only to this machine, by a socket file or on a loopback address. */
export const isSignerUrl = (text: string): boolean =>
  /^unix:\/./.test(text) ||
  (URL.canParse(text) && /^http:\/\/(127\.0\.0\.1|\[::1\]|localhost):\d+\/?$/.test(text))

const Environment = z.object({
  PORT: z.coerce.number({ message: 'must be a number' }).int().min(0).max(65535).default(8480),
  HOST: z.string().min(1).default('127.0.0.1'),
  DATABASE_URL: url('postgres:', 'postgresql:').optional(),
  PUBLIC_URL: url('http:', 'https:').optional(),
  TELEGRAM_API_ROOT: url('http:', 'https:').default('https://api.telegram.org'),
  TRACEDESK_SECRET_FILE: z.string().optional(),
  TRACEDESK_OWNER_EMAIL: z.email().optional(),
  TRACEDESK_OWNER_PASSWORD: z.string().min(10).max(256).optional(),
  SIGNER_URL: z
    .string()
    .refine(isSignerUrl, { message: 'must be unix:/path or http://127.0.0.1:port' })
    .optional(),
  SIGNER_SECRET_FILE: z.string().optional(),
  FILES_URL: url('file:', 's3:').optional(),
  ARCHIVE_URL: url('file:', 's3:').optional(),
  ALLOW_PRIVATE_TARGETS: z.enum(['0', '1']).default('0'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
})

export interface Config {
  readonly port: number
  readonly host: string
  readonly dataDir: string
  readonly databaseUrl: string | undefined
  readonly publicUrl: string | undefined
  readonly telegramApiRoot: string
  readonly secretFile: string
  readonly owner: { email: string; password: string } | undefined
  readonly logLevel: string
  /** Where files of messages lie; undefined: below `dataDir`. */
  readonly filesUrl: string | undefined
  /** Where archived months of the log are written; undefined: there is no archive. */
  readonly archiveUrl: string | undefined
  /** The signer's own process, and the file with the secret both know; undefined: this process signs. */
  readonly signer: { readonly url: string; readonly secretFile: string } | undefined
  /** Whether witnesses and timestamp authorities may have private addresses. */
  readonly allowPrivateTargets: boolean
}

/**
 * Reads the configuration from the environment. Throws StartError `config.not_valid` with one line that names
 * every wrong variable; values are not repeated, they may be secrets.
 */
export function readConfig(env: NodeJS.ProcessEnv, dataDir: string): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const parsed = Environment.safeParse(given)
  if (!parsed.success) {
    const wrong = parsed.error.issues.map(issue => `${issue.path.join('.')} ${issue.message}`).join('; ')
    throw new StartError('config.not_valid', `Configuration: ${wrong}.`)
  }
  const { TRACEDESK_OWNER_EMAIL: email, TRACEDESK_OWNER_PASSWORD: password, ...values } = parsed.data
  if ((email === undefined) !== (password === undefined))
    throw new StartError(
      'config.not_valid',
      'Configuration: TRACEDESK_OWNER_EMAIL and TRACEDESK_OWNER_PASSWORD go together.',
    )
  const secretFile = values.TRACEDESK_SECRET_FILE ?? join(dataDir, 'secret')
  return {
    port: values.PORT,
    host: values.HOST,
    dataDir,
    databaseUrl: values.DATABASE_URL,
    publicUrl: values.PUBLIC_URL?.replace(/\/+$/, ''),
    telegramApiRoot: values.TELEGRAM_API_ROOT.replace(/\/+$/, ''),
    secretFile: isAbsolute(secretFile) ? secretFile : resolve(secretFile),
    owner:
      email !== undefined && password !== undefined ? { email: email.toLowerCase(), password } : undefined,
    logLevel: values.LOG_LEVEL,
    filesUrl: values.FILES_URL,
    archiveUrl: values.ARCHIVE_URL,
    signer: values.SIGNER_URL
      ? {
          url: values.SIGNER_URL,
          secretFile: resolve(values.SIGNER_SECRET_FILE ?? join(dataDir, 'signer-secret')),
        }
      : undefined,
    allowPrivateTargets: values.ALLOW_PRIVATE_TARGETS === '1',
  }
}
