export const RESUME_CODES = [
  'resume.unreadable',
  'resume.tampered',
  'resume.other_version',
  'resume.other_workspace',
  'resume.other_head',
  'resume.purged_since',
] as const
export type ResumeCode = (typeof RESUME_CODES)[number]

/** A kept verification that cannot be gone on with. */
export class ResumeError extends Error {
  readonly code: ResumeCode
  constructor(code: ResumeCode, message: string) {
    super(message)
    this.code = code
  }
}
