"""`{% easy_lines wanted %}…{% endeasy_lines %}`: in easy read every sentence gets a line of its own."""

from django import template
from django.template.base import NodeList, Parser, Token
from django.template.context import Context
from django.utils.safestring import SafeString, mark_safe

from whippersnappers.easy_lines import one_sentence_a_line

register = template.Library()


class EasyLines(template.Node):
    def __init__(self, wanted: template.base.FilterExpression, nodelist: NodeList) -> None:
        self.wanted = wanted
        self.nodelist = nodelist

    def render(self, context: Context) -> SafeString:
        html = self.nodelist.render(context)
        if not self.wanted.resolve(context, ignore_failures=True):
            return html
        # Already escaped by the nodes within; only marks are put between sentences.
        return mark_safe(one_sentence_a_line(html))  # noqa: S308


@register.tag
def easy_lines(parser: Parser, token: Token) -> EasyLines:
    """Where `wanted` holds, the text between the tags with one sentence a line."""
    _, wanted = token.split_contents()
    nodelist = parser.parse(("endeasy_lines",))
    parser.delete_first_token()
    return EasyLines(parser.compile_filter(wanted), nodelist)
