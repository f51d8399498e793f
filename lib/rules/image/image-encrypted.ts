import { fields, flag, knownList, text } from '../reading/value.ts';
import { type Rule, trouble } from '../rule.ts';

export const imageEncrypted: Rule = {
  id: 'image-encrypted',
  what: 'the volumes of baked machine images are encrypted: reference data may be under an agreement too',
  source: 'https://docs.aws.amazon.com/imagebuilder/latest/userguide/data-protection.html',
  fix: 'Ebs: { Encrypted: true } in each mapping; one for /dev/xvda, which the base does not encrypt',
  check: template =>
    [...template.resources.values()]
      .filter(({ type }) => type === 'AWS::ImageBuilder::ImageRecipe')
      .flatMap(resource => {
        const mappings = knownList(resource.properties.BlockDeviceMappings)?.map(fields);
        if (mappings?.length === 0)
          return [
            trouble(
              resource,
              undefined,
              'says nothing of its root volume, which is the base’s: not encrypted',
            ),
          ];
        return (mappings ?? []).flatMap(mapping => {
          const encrypted = fields(mapping.Ebs).Encrypted;
          return encrypted === undefined || flag(encrypted) === false
            ? [trouble(resource, encrypted, `${text(mapping.DeviceName) ?? 'a volume'} is not encrypted`)]
            : [];
        });
      }),
};
