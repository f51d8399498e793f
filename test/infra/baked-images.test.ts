import { readFileSync } from 'node:fs';
import { imageStage } from '../../lib/contract/workload/baked-image.ts';
import { defaultLab, labApp } from '../rules/synthesized.ts';

interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

const { app, templatePath } = labApp({
  ...defaultLab,
  bakedImages: {
    genome: {
      referenceData: ['s3://reference/genomes/hg38/'],
      containerImages: ['123456789012.dkr.ecr.us-west-2.amazonaws.com/tool:1.2'],
      rootGiB: 200,
    },
  },
  pools: { 'x86-ondemand': { image: 'baked:genome', rootGiB: 200 } },
});
// A synth throws on any finding of cdk-nag or of our rules.
const assembly = app.synth();
const [images] = assembly.getNestedAssembly(`assembly-${imageStage}`).stacks;
const template = images!.template as { readonly Resources: Readonly<Record<string, Resource>> };
const of = (type: string): readonly Resource[] =>
  Object.values(template.Resources).filter(each => each.Type === `AWS::ImageBuilder::${type}`);

it('is a pipeline in a stack of its own: cdk deploy means the lab’s alone, and nothing waits for a bake', () => {
  expect(assembly.stacks.map(each => each.stackName)).toEqual(['arraylab-lab']);
  expect(images!.stackName).toBe('arraylab-lab-Images');
  // An Image resource is made while the stack is: it takes an hour, and fails the deploy with it.
  expect(of('Image')).toEqual([]);
  expect(of('ImagePipeline')).toHaveLength(1);
  expect(JSON.stringify(template)).toContain('StartImagePipelineExecution');
});

it('starts from the newest ECS-optimized Amazon Linux 2023, and tells the newest id by a parameter', () => {
  const [recipe] = of('ImageRecipe');
  expect(recipe!.Properties).toMatchObject({
    ParentImage: 'ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id',
    BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 200, Encrypted: true } }],
  });
  expect(JSON.stringify(of('DistributionConfiguration')[0]!.Properties)).toContain(
    '"SsmParameterConfigurations":[{"DataType":"aws:ec2:image","ParameterName":"/imagebuilder/arraylab/lab/genome"}]',
  );
  // Before the first bake the parameter has the base: a lab that is deployed now has hosts now.
  expect(JSON.stringify(template)).toContain('\\"Overwrite\\":false');
});

it('copies the data, pulls the images, and forgets the host that it was baked on', () => {
  const document = JSON.parse(of('Component')[0]!.Properties.Data as string);
  const [build] = document.phases;
  expect(build.steps.map((step: { name: string }) => step.name)).toEqual([
    'Reference0',
    'ContainerImages',
    'AgentState',
  ]);
  expect(build.steps[0].inputs).toEqual([
    {
      source: 's3://reference/genomes/hg38/*',
      destination: '/opt/arraylab/reference/genomes/hg38/',
      overwrite: true,
    },
  ]);
  expect(build.steps[1].inputs.commands).toContain(
    'docker pull --quiet --platform linux/amd64 123456789012.dkr.ecr.us-west-2.amazonaws.com/tool:1.2',
  );
  expect(build.steps[2].inputs.commands).toContain('rm -rf /var/lib/ecs/data/*');
});

it('the pool asks for the parameter, and its jobs find the data', () => {
  const lab = JSON.parse(readFileSync(templatePath, 'utf8'));
  const defaults = Object.values(lab.Parameters as Record<string, { Default?: string }>).map(
    each => each.Default,
  );
  expect(defaults).toContain('/imagebuilder/arraylab/lab/genome');
  const job =
    (lab.Resources as Record<string, Resource>) &&
    Object.values(lab.Resources as Record<string, Resource>).filter(
      each => each.Type === 'AWS::Batch::JobDefinition',
    );
  const mounts = (name: string) =>
    job
      .filter(each => String(each.Properties.JobDefinitionName).endsWith(name))
      .map(each =>
        JSON.stringify((each.Properties.ContainerProperties as { MountPoints: unknown }).MountPoints),
      );
  expect(mounts('x86').join()).toContain(
    '{"ContainerPath":"/reference","ReadOnly":true,"SourceVolume":"reference"}',
  );
  expect(mounts('arm64').join()).not.toContain('/reference');
});
