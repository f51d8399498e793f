import { Stack, type StackProps, Tags } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { type BakedImage, imageStackName } from '../../contract/workload/baked-image.ts';
import { tagNames } from '../../contract/workload/metadata.ts';
import { acknowledge } from '../acknowledge.ts';
import { Network } from '../ground/network.ts';
import { BakedImagePipeline } from './baked-image.ts';

export interface ImageStackProps extends StackProps {
  readonly lab: string;
  readonly images: Readonly<Record<string, BakedImage>>;
}

/**
 * Pipelines of the lab's own machine images. A stack beside the lab's, which only knows the name of a parameter: so neither waits
 * for the other's bakes, and a lab without images of its own has no such stack.
 */
export class ImageStack extends Stack {
  constructor(scope: Construct, props: ImageStackProps) {
    const { lab, images, ...rest } = props;
    super(scope, imageStackName(lab), {
      description: `Arraylab: machine images of lab ${lab}`,
      stackName: imageStackName(lab),
      ...rest,
    });
    Tags.of(this).add(tagNames.lab, lab);
    const network = new Network(this, 'Network', { mode: 'public', datasets: [] });
    for (const [name, image] of Object.entries(images))
      new BakedImagePipeline(this, `Image-${name}`, { lab, name, image, network });
    // CDK's own function behind the calls at deploy time: one for the stack, its code and its role are CDK's.
    const own = this.node.children.find(each =>
      each.node.id.startsWith('AWS679f53fac002430cb0da5b7982bd2287'),
    );
    const basic =
      'IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]';
    for (const id of own ? [basic, 'L1'] : [])
      acknowledge(own!, id, 'CDK’s own function for calls at deploy time');
  }
}
