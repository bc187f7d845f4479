import { useT } from '../../i18n/index.ts'

interface Written {
  readonly author: { readonly name: string | null }
  readonly writtenBy: { readonly name: string } | null
}

/** Who a message or note is from, in words: both, when somebody wrote it in a colleague's name. */
export function useAuthor() {
  const t = useT()
  return ({ author, writtenBy }: Written): string => {
    const name = author.name ?? t('chip.someone')
    return writtenBy ? t('chip.writtenFor', { writer: writtenBy.name, author: name }) : name
  }
}
