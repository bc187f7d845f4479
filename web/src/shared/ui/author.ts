import { RULE_IDS, type RuleName } from '@tracedesk/contracts/rules'
import { useT } from '../../i18n/index.ts'

const RULES = Object.keys(RULE_IDS) as RuleName[] // its own keys
const NAMED_BY_KIND = ['api_token', 'flow', 'import', 'operator', 'rule', 'system'] as const

interface Written {
  readonly author: {
    readonly kind?: string | undefined
    readonly id?: string | null | undefined
    readonly name: string | null
  }
  readonly writtenBy: { readonly name: string } | null
}

/** What acts without a name of its own, in words: a rule by what it does, others by their kind; null for people. */
export function useMachineName() {
  const t = useT()
  return (kind: string | undefined, id: string | null | undefined): string | null => {
    const rule = RULES.find(each => RULE_IDS[each] === id)
    if (kind === 'rule' && rule) return t('actor.ruleNamed', { rule: t(`value.${rule}`) })
    const known = NAMED_BY_KIND.find(each => each === kind)
    return known ? t(`actor.${known}`) : null
  }
}

/** Who a message or note is from, in words: both, when somebody wrote it in a colleague's name. */
export function useAuthor() {
  const t = useT()
  const machineName = useMachineName()
  return ({ author, writtenBy }: Written): string => {
    const name = author.name ?? machineName(author.kind, author.id) ?? t('chip.someone')
    return writtenBy ? t('chip.writtenFor', { writer: writtenBy.name, author: name }) : name
  }
}
