import { Template } from 'aws-cdk-lib/assertions';
import { workloads } from '../../jobs/index.ts';
import { resolveConfig } from '../../lib/config/resolve-config.ts';
import { defaultLab, labApp } from '../rules/synthesized.ts';

const notify = ['a@example.org', 'b@example.org'];
const topicOf = (lab: Parameters<typeof labApp>[0]) => {
  const { app, stack } = labApp(lab);
  // Every pack of rules looks at it.
  app.synth();
  return Template.fromStack(stack);
};

it('whoever asks is told of the parents of last steps alone, over TLS', () => {
  const template = topicOf({ ...defaultLab, notify });
  template.resourceCountIs('AWS::SNS::Subscription', 2);
  template.hasResourceProperties('AWS::SNS::Subscription', { Protocol: 'email', Endpoint: 'a@example.org' });
  const rules = Object.values(template.findResources('AWS::Events::Rule'));
  const rule = rules.find(each => JSON.stringify(each).includes('arraylabLastStep'))!;
  expect(rule.Properties.EventPattern.detail).toMatchObject({
    status: ['SUCCEEDED', 'FAILED'],
    parameters: { arraylabLastStep: ['yes'] },
    arrayProperties: { index: [{ exists: false }] },
  });
  const [policy] = Object.values(template.findResources('AWS::SNS::TopicPolicy'));
  expect(JSON.stringify(policy)).toContain('"aws:SecureTransport":"false"');
  expect(JSON.stringify(policy)).toContain('events.amazonaws.com');
});

it('a lab that is held to a pack keeps messages by its key, which EventBridge of this account may use', () => {
  const template = topicOf({ ...defaultLab, notify, network: 'private-nat', compliance: 'hipaa' });
  const [topic] = Object.values(template.findResources('AWS::SNS::Topic'));
  expect(topic!.Properties.KmsMasterKeyId).toBeDefined();
  const [key] = Object.values(template.findResources('AWS::KMS::Key'));
  expect(JSON.stringify(key!.Properties.KeyPolicy)).toContain('events.amazonaws.com');
});

it('nobody asks: no topic; and what is no address is refused', () => {
  Template.fromStack(labApp(defaultLab).stack).resourceCountIs('AWS::SNS::Topic', 0);
  expect(() => resolveConfig({ ...defaultLab, notify: ['lab at example'] }, workloads)).toThrow(
    'notify: "lab at example" is no mail address',
  );
});
