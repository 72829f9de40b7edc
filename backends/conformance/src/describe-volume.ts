import { describe } from 'vitest';
import type { VolumeFactory } from './factory.ts';
import { useVolume } from './fixture.ts';
import { publishTests } from './suite/publish.ts';
import { conditionTests } from './suite/conditions.ts';
import { createTests } from './suite/create.ts';
import { dataTests } from './suite/data.ts';
import { handleTests } from './suite/handles.ts';
import { nameTests } from './suite/names.ts';
import { readdirTests } from './suite/readdir.ts';
import { removeTests } from './suite/remove.ts';
import { renameTests } from './suite/rename.ts';
import { replaceTests } from './suite/replace.ts';
import { attributeTests } from './suite/attributes.ts';
import { stampTests } from './suite/stamps.ts';
import { xattrTests } from './suite/xattrs.ts';
import { listByNameTests } from './suite/list-by-name.ts';
import { sparseTests } from './suite/sparse.ts';
import { cloneTests } from './suite/clone.ts';
import { recordTests } from './suite/records.ts';
import { identityTests } from './suite/identity.ts';
import { lifecycleTests } from './suite/lifecycle.ts';
import { durabilityTests } from './suite/durability.ts';
import { contentModelTests } from './suite/model-content.ts';
import { treeModelTests } from './suite/model-tree.ts';
import { walkTests } from './suite/walks.ts';
import { treeTests } from './suite/tree.ts';

/** Runs the whole suite against a backend: each test is one sentence of `@polynas/core/spi`. */
export function describeVolume(name: string, factory: VolumeFactory): void {
  describe(name, () => {
    const fixture = useVolume(factory);
    treeTests(fixture);
    createTests(fixture);
    removeTests(fixture);
    renameTests(fixture);
    replaceTests(fixture);
    publishTests(fixture);
    conditionTests(fixture);
    nameTests(fixture);
    readdirTests(fixture);
    dataTests(fixture);
    handleTests(fixture);
    attributeTests(fixture);
    stampTests(fixture);
    xattrTests(fixture);
    listByNameTests(fixture);
    sparseTests(fixture);
    cloneTests(fixture);
    recordTests(fixture);
    identityTests(fixture);
    lifecycleTests(fixture);
    durabilityTests(fixture);
    contentModelTests(fixture);
    treeModelTests(fixture);
    walkTests(fixture);
  });
}
