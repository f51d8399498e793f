import { isAfter } from '../reading/order.ts';
import { ofType, target } from '../reading/template.ts';
import { isReference } from '../reading/value.ts';
import { type Rule, trouble } from '../rule.ts';

export const routeBeforeAttachment: Rule = {
  id: 'route-before-attachment',
  what: 'a route to an internet gateway waits until the gateway is attached: otherwise a deploy fails whenever the route comes first, and a deletion whenever the attachment goes first',
  source:
    'https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-dependson.html#gatewayattachment',
  fix: 'DependsOn of the route names the AWS::EC2::VPCGatewayAttachment',
  check: template =>
    ofType(template, 'AWS::EC2::Route').flatMap(route => {
      const gateway = target(template, route.properties.GatewayId, 'AWS::EC2::InternetGateway');
      const attachment = ofType(template, 'AWS::EC2::VPCGatewayAttachment').find(
        ({ properties: { InternetGatewayId: attached } }) =>
          gateway !== undefined && isReference(attached) && attached.id === gateway.id,
      );
      return attachment && !isAfter(template, route, attachment)
        ? [trouble(route, attachment.id, `nothing makes it wait for ${attachment.id}`)]
        : [];
    }),
};
