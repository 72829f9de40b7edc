// Lint rules of our own, where oxlint has no rule that can say it. Loaded by .oxlintrc.json (jsPlugins).

/** The name that a member access, an object key or a destructured key states, or undefined when it is computed. */
function nameOf(node, computed) {
  if (!computed && node.type === 'Identifier') return node.name;
  if (node.type === 'Literal' && typeof node.value === 'string') return node.value;
  return undefined;
}

/**
 * Forbids members by name, whatever object they are on: read (`db.flushed`), called (`db.putSync()`), given as an
 * option (`{ noSync: true }`) or destructured. The option object maps each name to the reason that is shown.
 */
const forbiddenMembers = {
  meta: { type: 'problem', schema: [{ type: 'object', additionalProperties: { type: 'string' } }] },
  create(context) {
    const reasons = new Map(Object.entries(context.options[0] ?? {}));
    const check = (node, name) => {
      const reason = name === undefined ? undefined : reasons.get(name);
      if (reason !== undefined) context.report({ node, message: `'${name}' is forbidden here: ${reason}` });
    };
    return {
      MemberExpression(node) {
        check(node.property, nameOf(node.property, node.computed));
      },
      Property(node) {
        check(node.key, nameOf(node.key, node.computed));
      },
    };
  },
};

/** Time comes in as a clock: `new Date()` reads the wall clock as `Date.now()` does (that one is a built-in rule). */
const noDateWithoutTime = {
  meta: { type: 'problem', schema: [] },
  create(context) {
    return {
      NewExpression(node) {
        if (node.callee.type !== 'Identifier' || node.callee.name !== 'Date' || node.arguments.length > 0) return;
        context.report({ node, message: 'new Date() reads the wall clock: take the time from the clock passed in' });
      },
    };
  },
};

export default {
  meta: { name: 'polynas' },
  rules: { 'forbidden-members': forbiddenMembers, 'no-date-without-time': noDateWithoutTime },
};
