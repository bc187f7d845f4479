import { useT } from '../../i18n/index.ts'

const PASSWORD_MIN = 10

/** What a form says before the server has to; the server's answer stands above it. */
export function useChecks() {
  const t = useT()
  return {
    required: (value: string) => (value.trim() ? null : t('check.required')),
    email: (value: string) => (/^\S+@\S+$/.test(value.trim()) ? null : t('check.email')),
    password: (value: string) =>
      value.length < PASSWORD_MIN ? t('check.passwordLength', { min: PASSWORD_MIN }) : null,
  }
}
