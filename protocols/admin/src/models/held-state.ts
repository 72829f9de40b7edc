import { CollectionOf, Description, Integer, Required } from '@tsed/schema';

@Description('Something that is open, locked or held on a file')
export class HolderModel {
  @Required()
  @Integer()
  share!: number;

  @Required()
  @Description('File id, decimal')
  file!: string;

  @Required()
  kind!: string;

  @Required()
  door!: string;

  @Required()
  client!: string;

  @Required()
  owner!: string;
}

export class HeldStateModel {
  @Required()
  @CollectionOf(HolderModel)
  holders!: HolderModel[];
}
