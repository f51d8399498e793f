import { App, CfnOutput, CfnResource, Stack } from 'aws-cdk-lib';
import { amongStacks } from './one-stack-apps.ts';

it('what refers to another stack is still resolved: an app with two of them exports and imports', () => {
  const app = new App({ builtinCloudFormationValidation: false });
  const [one, other] = [new Stack(app, 'one'), new Stack(app, 'other')];
  const topic = new CfnResource(one, 'Topic', { type: 'AWS::SNS::Topic' });
  new CfnOutput(other, 'Of', { value: topic.ref });
  const made = app.synth();
  const [exported] = Object.values(made.getStackByName('one').template.Outputs) as [
    { Export: { Name: string } },
  ];
  expect(made.getStackByName('other').template.Outputs.Of.Value).toEqual({
    'Fn::ImportValue': exported.Export.Name,
  });
});

it('an app with one stack is passed by, one with a stack within it is not', () => {
  const asked: unknown[] = [];
  const resolve = amongStacks(root => asked.push(root));
  const app = new App();
  const stack = new Stack(app, 'one');
  resolve(app);
  expect(asked).toEqual([]);
  new Stack(stack, 'within');
  resolve(app);
  expect(asked).toEqual([app]);
});
