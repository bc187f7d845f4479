type Child = Node | string | false | null
type Properties = Readonly<Record<string, string | boolean | ((event: Event) => void)>>

/** An element with its attributes, listeners (`onclick` …) and children. Text never becomes markup. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  properties: Properties = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value)
    else if (value === true) element.setAttribute(name, '')
    else if (value !== false) element.setAttribute(name, value)
  }
  element.append(...children.filter(child => child !== null && child !== false))
  return element
}
