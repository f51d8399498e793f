import {
  type Document,
  isCollection,
  isMap,
  isNode,
  isScalar,
  LineCounter,
  type Node,
  type ParsedNode,
  parseDocument,
  type Scalar,
  type ScalarTag,
  visit,
  YAMLMap,
} from 'yaml';

/** What a text holds, and in which of its lines (from 1) each resource begins. */
export interface ParsedTemplate {
  readonly json: unknown;
  readonly lines: () => ReadonlyMap<string, number>;
}

/** CloudFormation's short forms: `!Sub` stands for `Fn::Sub`. */
const functions =
  /^!(And|Base64|Cidr|Equals|FindInMap|GetAtt|GetAZs|If|ImportValue|Join|Length|Not|Or|Select|Split|Sub|ToJsonString|Transform)$/;

/**
 * A template as YAML or JSON, with its short forms written out. Throws an Error that names line and column of what is wrong.
 */
export function parseTemplate(content: string): ParsedTemplate {
  const text = content.replace(/^\uFEFF/, '');
  // YAML's reader takes JSON as well, in a hundred times the time: it is asked where JSON's own tells nothing.
  if (/^\s*[{["]/.test(text)) {
    try {
      return { json: JSON.parse(text), lines: () => linesOf(text) };
    } catch {
      // YAML may begin so too, and its reader names the place.
    }
  }
  const document = documentOf(text, new LineCounter());
  const [first] = document.errors;
  if (first) {
    const told = first.message.split('\n')[0]!.replace(/:$/, '');
    const key = first.code === 'DUPLICATE_KEY' && /^[^\s:]+/.exec(text.slice(first.pos[0]))?.[0];
    throw new Error(key ? told.replace('Map keys must be unique', `${key} is there twice, again`) : told);
  }
  writeOut(document);
  return { json: document.toJS({ maxAliasCount: 1000 }), lines: () => linesOf(text) };
}

/** YAML 1.1, but for the types that CloudFormation does not have: a date (2012-10-17) and 10:22 are texts to it. */
const documentOf = (text: string, lineCounter: LineCounter): Document.Parsed<ParsedNode> =>
  parseDocument(text, {
    version: '1.1',
    lineCounter,
    logLevel: 'error',
    uniqueKeys: (a, b) => a === b || (isScalar(a) && isScalar(b) && keyOf(a) === keyOf(b)),
    customTags: known =>
      known.filter(
        each =>
          typeof each === 'string' ||
          !(/:(timestamp|binary|omap|pairs|set)$/.test(each.tag) || (each as ScalarTag).format === 'TIME'),
      ),
  });

/** A key is a text, whatever it would be as a value: `Null` and `On` are words of IAM and of people. */
const keyOf = (key: Scalar): unknown => (key.source === undefined ? key.value : key.source);

/** Puts the long form in the place of every short one, and texts in the place of keys. */
function writeOut(document: Document.Parsed<ParsedNode>): void {
  visit(document, {
    Pair(_, { key }) {
      if (isScalar(key) && keyOf(key) !== '<<') key.value = keyOf(key);
    },
    Node(_, node) {
      if (!(isScalar(node) || isCollection(node)) || !node.tag?.startsWith('!')) return;
      const { tag, anchor } = node;
      const name = /^!(Ref|Condition)$/.test(tag)
        ? tag.slice(1)
        : functions.test(tag) && `Fn::${tag.slice(1)}`;
      if (!name) throw new Error(`${tag} is no short form of CloudFormation`);
      delete node.tag;
      delete node.anchor;
      const long = new YAMLMap(document.schema);
      if (anchor) long.anchor = anchor;
      long.add(document.createPair(name, node as Node));
      return long;
    },
  });
}

/** The lines of a template's resources; none where the text is a string of JSON or cannot be read. */
function linesOf(text: string): ReadonlyMap<string, number> {
  const counter = new LineCounter();
  const resources = documentOf(text, counter).get('Resources', true);
  const found = new Map<string, number>();
  if (isMap(resources))
    for (const { key } of resources.items)
      if (isScalar(key) && isNode(key) && key.range)
        found.set(String(key.value), counter.linePos(key.range[0]).line);
  return found;
}
