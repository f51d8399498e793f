import { jobDefinitions } from '../reading/containers.ts';
import { placeText } from '../reading/fit.ts';
import { placements } from '../reading/placement.ts';
import { text } from '../reading/value.ts';
import { batchGuide, type Rule, trouble } from '../rule.ts';

export const nodesOnSpot: Rule = {
  id: 'nodes-on-spot',
  what: 'multi-node parallel jobs run on demand: on spot environments Batch does not support them',
  source: batchGuide('mnp-ce'),
  fix: 'a queue of on-demand environments (Type: EC2) for them',
  check: template =>
    jobDefinitions(template)
      .filter(each => each.properties.NodeProperties !== undefined)
      .flatMap(definition =>
        placements(template, definition).flatMap(place =>
          place.environments.every(each => text(each.compute.Type)?.toUpperCase() === 'SPOT')
            ? [
                trouble(
                  definition,
                  definition.properties.Type,
                  `its jobs go to spot hosts${placeText(place)}`,
                ),
              ]
            : [],
        ),
      ),
};
