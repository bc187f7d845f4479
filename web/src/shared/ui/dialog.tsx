import { Modal, type ModalProps } from '@mantine/core'
import { useT } from '../../i18n/index.ts'

/** A window over the page. Shown unless told otherwise; its cross has a name in the reader's language. */
export function Dialog(props: Omit<ModalProps, 'opened'> & { opened?: boolean }) {
  const t = useT()
  return <Modal opened closeButtonProps={{ 'aria-label': t('action.close') }} {...props} />
}
