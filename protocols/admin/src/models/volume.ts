import { CollectionOf, Description, Property, Required } from '@tsed/schema';

export class CopiesModel {
  @Required()
  present!: number;

  @Required()
  wanted!: number;
}

export class HealingModel {
  @Required()
  @Description('Missing copies of objects')
  objects!: number;

  @Required()
  bytesPerSecond!: number;

  @Required()
  @Description('0 to 1: the part of the copies missing at the worst moment that is there again')
  progress!: number;
}

export class CapacityModel {
  @Required()
  totalBytes!: number;

  @Required()
  freeBytes!: number;

  @Required()
  availableBytes!: number;

  @Required()
  totalFiles!: number;

  @Required()
  freeFiles!: number;
}

export class VolumeModel {
  @Required()
  name!: string;

  @Required()
  backend!: string;

  @Property(String)
  @Description('Where it is: a directory of the machine, or a path in a Ceph file system')
  place?: string;

  @Required()
  health!: string;

  @Property(String)
  @Description('Why it is not healthy')
  reason?: string;

  @Required()
  @Property(CopiesModel)
  @Description('Copies of each byte that the backend keeps now and is meant to keep')
  copies!: CopiesModel;

  @Required()
  bytesToHeal!: number;

  @Property(HealingModel)
  @Description('While copies are missing and the backend counts them')
  healing?: HealingModel;

  @Required()
  @Property(CapacityModel)
  capacity!: CapacityModel;

  @Required()
  @Description('Write epoch, 16 hexadecimal digits; another one after any possible loss of unstable writes')
  epoch!: string;
}

export class VolumeListModel {
  @Required()
  @CollectionOf(VolumeModel)
  volumes!: VolumeModel[];
}
