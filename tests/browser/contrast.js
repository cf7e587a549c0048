// Finds what has to be told from its surroundings, in the window as it is scrolled now.
;(() => {
  const stylesheet = rules => {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(rules)
    return sheet
  }
  const MOTIONLESS = '*, *::before, *::after { transition: none; animation: none; caret-color: transparent }'
  const WORDLESS = `* { -webkit-text-fill-color: transparent; text-decoration-color: transparent }
    ::placeholder { -webkit-text-fill-color: transparent } svg text, svg tspan { fill: transparent; stroke: none }`
  const FIELDS = 'input:not([type=hidden], [type=submit], [type=button], [type=reset], [type=image], [type=file]), select, textarea'
  const FOCUSABLE = `a[href], button, summary, ${FIELDS}, input[type=file], [tabindex="0"]`
  const SURROUNDINGS = 'header, footer, nav, main, section, form, dialog, [class]'
  const tell = rules => rules.replace(/(: [^;}]+?)(?=\s*[;}])/g, '$1 !important')

  function called(element) {
    const name = element.localName + (element.id && `#${element.id}`) + [...element.classList].map(each => `.${each}`).join('')
    const above = element.parentElement?.closest('[id], [class]')
    return above && !element.id ? `${above.localName}${above.id ? `#${above.id}` : `.${above.classList[0]}`} ${name}` : name
  }

  const holds = (outer, x, y) => x >= outer.left && x <= outer.right && y >= outer.top && y <= outer.bottom

  function cut(element, x, y) {
    for (let each = element; each && each !== document.body; each = each.parentElement)
      if (getComputedStyle(each).overflow !== 'visible' && !holds(each.getBoundingClientRect(), x, y)) return true
    return false
  }

  function within(element, box) {
    if (box.width < 2 || box.height < 2) return false
    if (box.top < 0 || box.bottom > innerHeight || box.left < 0 || box.right > innerWidth) return false
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2]
    if (cut(element, x, y)) return false
    const top = document.elementFromPoint(x, y)
    return getComputedStyle(element).pointerEvents === 'none' || top?.contains(element)
  }

  // WCAG asks for no contrast of what cannot be used, nor of its label.
  const off = element => element.closest(':disabled, [aria-disabled=true]') || element.closest('label')?.control?.disabled

  const drawn = element =>
    element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && !off(element)

  const place = ({ left, top, right, bottom }) => [left, top, right, bottom]

  function text(id, element, words, box) {
    const { fontSize, fontWeight } = getComputedStyle(element)
    const size = parseFloat(fontSize)
    const large = size >= 24 || (size >= 18.66 && fontWeight >= 700)
    return { id, selector: called(element), words, box: place(box), needed: large ? 3 : 4.5 }
  }

  function* words(scope) {
    const walker = document.createTreeWalker(scope, NodeFilter.SHOW_TEXT)
    const range = document.createRange()
    let id = 0
    for (let node; (node = walker.nextNode()); ) {
      const element = node.parentElement
      if (element.closest('script, style, noscript, select, textarea') || !drawn(element)) continue
      for (const { 0: word, index } of node.data.matchAll(/\S*[\p{L}\p{N}]\S*/gu)) {
        range.setStart(node, index)
        range.setEnd(node, index + word.length)
        for (const box of range.getClientRects()) {
          id++
          if (within(element, box)) yield text(`word ${id}`, element, word, box)
        }
      }
    }
  }

  // A select without a border is told by its value and its arrow, as a link is by its words.
  const isPlain = element => element.localName === 'select' && getComputedStyle(element).borderColor === 'rgba(0, 0, 0, 0)'
  const fields = scope => [...scope.querySelectorAll(FIELDS)].filter(drawn)

  function inside(element) {
    const { left, top, right, bottom } = element.getBoundingClientRect()
    const style = getComputedStyle(element)
    const side = name => parseFloat(style[`border${name}Width`]) + Math.min(4, parseFloat(style[`padding${name}`]))
    return new DOMRect(left + side('Left'), top + side('Top'), right - left - side('Left') - side('Right'), bottom - top - side('Top') - side('Bottom'))
  }

  return {
    still() {
      if (!window.stillness) document.adoptedStyleSheets.push((window.stillness = stylesheet(tell(MOTIONLESS))))
    },
    wordless(on) {
      window.wordlessness ??= stylesheet(tell(WORDLESS))
      document.adoptedStyleSheets = [window.stillness, ...(on ? [window.wordlessness] : [])]
    },
    texts(selector) {
      const scope = document.querySelector(selector)
      const written = fields(scope)
        .map((element, at) => [element, `value ${at}`, element.localName === 'select' ? element.selectedOptions[0]?.text : element.value || element.placeholder])
        .filter(([element, , value]) => value && !['checkbox', 'radio', 'range', 'color'].includes(element.type) && within(element, element.getBoundingClientRect()))
      return [...words(scope), ...written.map(([element, id, value]) => text(id, element, value, inside(element)))]
    },
    fields: selector =>
      fields(document.querySelector(selector))
        .filter(element => !isPlain(element))
        .map((element, at) => ({ id: `field ${at}`, selector: called(element), words: element.name, box: place(element.getBoundingClientRect()), border: parseFloat(getComputedStyle(element).borderBottomWidth), needed: 3, element }))
        .filter(({ element }) => within(element, element.getBoundingClientRect()))
        .map(({ element, ...found }) => found),
    // One of each kind: rules draw a ring by name, class and surroundings, and are the same for a hundred rows.
    kinds() {
      const rules = [...document.styleSheets].map(sheet => sheet.cssRules.length)
      const looks = element => `${element.localName} ${element.type ?? ''} ${element.className}`
      const kind = element => `${looks(element)} in ${element.parentElement.closest(SURROUNDINGS)?.className} by ${rules}`
      const found = [...document.querySelectorAll(FOCUSABLE)].filter(each => drawn(each) && each.tabIndex >= 0)
      window.focusable = new Map(found.map(element => [kind(element), element]))
      return [...window.focusable.keys()]
    },
    focus(kind) {
      const element = window.focusable.get(kind)
      element.scrollIntoView({ block: 'center', behavior: 'instant' })
      element.focus({ preventScroll: true })
      return { selector: called(element), words: element.name || element.textContent.trim(), box: place(element.getBoundingClientRect()), needed: 3 }
    },
    leave() {
      document.activeElement.blur()
    },
    extent(selector) {
      const { top, bottom } = document.querySelector(selector).getBoundingClientRect()
      return [top + scrollY, bottom + scrollY]
    },
    scroll(top) {
      window.scrollTo({ top, behavior: 'instant' })
      return scrollY
    },
  }
})()
