"""What Jinja2, set up as Hugging Face's libraries set it up, makes of chat templates.

usage: python3 make-templates.py > templates.json        (Debian's python3-jinja2, 3.1.2)

The output is a list of { template, input, output } or { template, input, error: true }.
"""
import datetime
import json
import sys

import jinja2
from jinja2.ext import loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment

NOW = datetime.datetime(2026, 3, 7, 9, 5, 1)


def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def raise_exception(message):
    raise jinja2.exceptions.TemplateError(message)


env = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols])
env.filters["tojson"] = tojson
env.globals["raise_exception"] = raise_exception
env.globals["strftime_now"] = lambda f: NOW.strftime(f)

CHATS = {
    "plain": {"messages": [{"role": "user", "content": "Hello <there> & 'you' 🦙"}]},
    "system": {"messages": [{"role": "system", "content": " Be brief.\n"}, {"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Yes? "}, {"role": "user", "content": "Weather?"}]},
    "odd": {"messages": [{"role": "user", "content": "a"}, {"role": "user", "content": "b"}]},
    "tools": {
        "messages": [
            {"role": "system", "content": "Use tools."},
            {"role": "user", "content": "Weather in Köln?"},
            {"role": "assistant", "content": None, "tool_calls": [{"id": "call00001", "type": "function", "function": {"name": "weather", "arguments": {"city": "Köln", "days": 2, "exact": True, "x": 1.5, "n": None}}}]},
            {"role": "tool", "tool_call_id": "call00001", "name": "weather", "content": "{\"sky\": \"grey\"}"},
        ],
        "tools": [{"type": "function", "function": {"name": "weather", "description": "The \"weather\".", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}}],
    },
    "parts": {"messages": [{"role": "user", "content": [{"type": "text", "text": "What is"}, {"type": "image"}, {"type": "text", "text": "this?"}]}]},
}

MODELS = [
    # ChatML
    "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}",
    # Phi-3
    "{{ bos_token }}{% for message in messages %}{% if (message['role'] == 'user') %}{{'<|user|>' + '\n' + message['content'] + '<|end|>' + '\n' + '<|assistant|>' + '\n'}}{% elif (message['role'] == 'assistant') %}{{message['content'] + '<|end|>' + '\n'}}{% endif %}{% endfor %}",
    # Llama 2
    "{% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}{% set system_message = messages[0]['content'] %}{% else %}{% set loop_messages = messages %}{% set system_message = false %}{% endif %}{% for message in loop_messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}{% if loop.index0 == 0 and system_message != false %}{% set content = '<<SYS>>\\n' + system_message + '\\n<</SYS>>\\n\\n' + message['content'] %}{% else %}{% set content = message['content'] %}{% endif %}{% if message['role'] == 'user' %}{{ bos_token + '[INST] ' + content.strip() + ' [/INST]' }}{% elif message['role'] == 'assistant' %}{{ ' '  + content.strip() + ' ' + eos_token }}{% endif %}{% endfor %}",
    # Llama 3
    "{% set loop_messages = messages %}{% for message in loop_messages %}{% set content = '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n'+ message['content'] | trim + '<|eot_id|>' %}{% if loop.index0 == 0 %}{% set content = bos_token + content %}{% endif %}{{ content }}{% endfor %}{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}",
    # Gemma
    "{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Conversation roles must alternate') }}{% endif %}{% if (message['role'] == 'assistant') %}{% set role = 'model' %}{% else %}{% set role = message['role'] %}{% endif %}{{ '<start_of_turn>' + role + '\n' + message['content'] | trim + '<end_of_turn>\n' }}{% endfor %}{% if add_generation_prompt %}{{'<start_of_turn>model\n'}}{% endif %}",
    # In the manner of Llama 3.1: dates, tools as JSON, roles by test
    """{{- bos_token }}
{%- if custom_tools is defined %}
    {%- set tools = custom_tools %}
{%- endif %}
{%- if not date_string is defined %}
    {%- if strftime_now is defined %}
        {%- set date_string = strftime_now("%d %b %Y") %}
    {%- else %}
        {%- set date_string = "26 Jul 2024" %}
    {%- endif %}
{%- endif %}
{#- The system message, if there is one. #}
{%- if messages[0]['role'] == 'system' %}
    {%- set system_message = messages[0]['content']|trim %}
    {%- set messages = messages[1:] %}
{%- else %}
    {%- set system_message = "" %}
{%- endif %}
{{- "<|start_header_id|>system<|end_header_id|>\\n\\n" }}
{{- "Today Date: " + date_string + "\\n\\n" }}
{%- if tools is not none and tools %}
    {%- for t in tools %}
        {{- t | tojson(indent=4) }}
        {{- "\\n\\n" }}
    {%- endfor %}
{%- endif %}
{{- system_message }}
{{- "<|eot_id|>" }}
{%- for message in messages %}
    {%- if not (message.role == 'ipython' or message.role == 'tool' or 'tool_calls' in message) %}
        {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n'+ message['content'] | string | trim + '<|eot_id|>' }}
    {%- elif 'tool_calls' in message %}
        {%- if not message.tool_calls|length == 1 %}
            {{- raise_exception("This model only supports single tool-calls at once!") }}
        {%- endif %}
        {%- set tool_call = message.tool_calls[0].function %}
        {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' -}}
        {{- '{"name": "' + tool_call.name + '", ' }}
        {{- '"parameters": ' }}
        {{- tool_call.arguments | tojson }}
        {{- "}" }}
        {{- "<|eot_id|>" }}
    {%- elif message.role == "tool" or message.role == "ipython" %}
        {{- "<|start_header_id|>ipython<|end_header_id|>\\n\\n" }}
        {%- if message.content is mapping or message.content is iterable %}
            {{- message.content | tojson }}
        {%- else %}
            {{- message.content }}
        {%- endif %}
        {{- "<|eot_id|>" }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}
{%- endif %}
""",
    # In the manner of Qwen 3: namespaces, reversed loops, thinking split off
    """{%- set ns = namespace(multi_step_tool=true, last_query_index=messages|length - 1) %}
{%- for message in messages[::-1] %}
    {%- set index = (messages|length - 1) - loop.index0 %}
    {%- if ns.multi_step_tool and message.role == "user" and message.content is string and not(message.content.startswith('<tool_response>') and message.content.endswith('</tool_response>')) %}
        {%- set ns.multi_step_tool = false %}
        {%- set ns.last_query_index = index %}
    {%- endif %}
{%- endfor %}
{%- for message in messages %}
    {%- if message.content is string %}{% set content = message.content %}{% else %}{% set content = '' %}{% endif %}
    {%- if message.role == "assistant" %}
        {%- set reasoning = '' %}
        {%- if '</think>' in content %}
            {%- set reasoning = content.split('</think>')[0].rstrip('\\n').split('<think>')[-1].lstrip('\\n') %}
        {%- endif %}
        {{- '<|im_start|>' + message.role + '\\n' + content.lstrip('\\n') }}
        {%- if message.tool_calls %}
            {%- for tool_call in message.tool_calls %}
                {%- if (loop.first and content) or (not loop.first) %}{{- '\\n' }}{% endif %}
                {%- if tool_call.function %}{% set tool_call = tool_call.function %}{% endif %}
                {{- '<tool_call>\\n{"name": "' }}{{- tool_call.name }}{{- '", "arguments": ' }}
                {%- if tool_call.arguments is string %}{{- tool_call.arguments }}{% else %}{{- tool_call.arguments | tojson }}{% endif %}
                {{- '}\\n</tool_call>' }}
            {%- endfor %}
        {%- endif %}
        {{- '<|im_end|>\\n' }}
    {%- elif message.role == "tool" %}
        {%- if loop.first or (messages[loop.index0 - 1].role != "tool") %}{{- '<|im_start|>user' }}{% endif %}
        {{- '\\n<tool_response>\\n' }}{{- content }}{{- '\\n</tool_response>' }}
        {%- if loop.last or (messages[loop.index0 + 1].role != "tool") %}{{- '<|im_end|>\\n' }}{% endif %}
    {%- else %}
        {{- '<|im_start|>' + message.role + '\\n' + content + '<|im_end|>' + '\\n' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
    {%- if enable_thinking is defined and enable_thinking is false %}{{- '<think>\\n\\n</think>\\n\\n' }}{% endif %}
{%- endif %}
""",
    # In the manner of Mistral: filtered loops, tools before the last question, macros
    """{%- macro part(content) -%}
    {%- if content is string -%}{{ content }}{%- else -%}
        {%- for item in content if item.type == 'text' -%}{{ item.text }}{%- if not loop.last %} {% endif -%}{%- endfor -%}
    {%- endif -%}
{%- endmacro -%}
{%- set user_messages = messages | selectattr("role", "equalto", "user") | list %}
{{- bos_token }}
{%- for message in messages %}
    {%- if message["role"] == "user" %}
        {%- if tools is not none and (message == user_messages[-1]) %}
            {{- "[AVAILABLE_TOOLS] [" }}
            {%- for tool in tools %}
                {%- set tool = tool.function %}
                {{- '{"type": "function", "function": {' }}
                {%- for key, val in tool.items() if key != "return" %}
                    {%- if val is string %}
                        {{- '"' + key + '": "' + val + '"' }}
                    {%- else %}
                        {{- '"' + key + '": ' + val|tojson }}
                    {%- endif %}
                    {%- if not loop.last %}{{- ", " }}{%- endif %}
                {%- endfor %}
                {{- "}}" }}
                {%- if not loop.last %}{{- ", " }}{%- else %}{{- "]" }}{%- endif %}
            {%- endfor %}
            {{- "[/AVAILABLE_TOOLS]" }}
        {%- endif %}
        {{- "[INST] " + part(message["content"]) + "[/INST]" }}
    {%- elif message.tool_calls is defined and message.tool_calls is not none %}
        {{- "[TOOL_CALLS] [" }}
        {%- for tool_call in message.tool_calls %}
            {%- set out = tool_call.function|tojson %}
            {{- out[:-1] }}
            {%- if not tool_call.id is defined or tool_call.id|length != 9 %}
                {{- raise_exception("Tool call IDs should be alphanumeric strings with length 9!") }}
            {%- endif %}
            {{- ', "id": "' + tool_call.id + '"}' }}
            {%- if not loop.last %}{{- ", " }}{%- else %}{{- "]" + eos_token }}{%- endif %}
        {%- endfor %}
    {%- elif message["role"] == "assistant" %}
        {{- " " + message["content"]|trim + eos_token }}
    {%- elif message["role"] == "tool" %}
        {{- '[TOOL_RESULTS] {"content": ' + message.content|string + ", " }}{{- '"call_id": "' + message.tool_call_id + '"}[/TOOL_RESULTS]' }}
    {%- endif %}
{%- endfor %}
""",
]

SNIPPETS = r"""
{{ 1 + 2 * 3 - 4 // 3 % 5 }} {{ 7 / 2 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 2 ** 3 ** 2 }} {{ -2 ** 2 }} {{ 1.0 }} {{ 1e20 }} {{ 0.00001 }} {{ 123456789.123 }} {{ 1e16 }} {{ 5 // 2.0 }}
{{ "a" ~ 1 ~ none ~ true ~ 1.5 }} {{ 'it''s' }} {{ "tab\tquote\"" }} {{ '\u00e9\x41\d' }} {{ "a" "b" }} {{ "ab" * 3 }}
{{ 1 < 2 < 3 }} {{ 1 < 3 < 2 }} {{ 1 == 1.0 }} {{ true == 1 }} {{ "a" in "abc" }} {{ 2 not in [1, 3] }} {{ 'role' in messages[0] }} {{ [1, 2] == [1, 2] }} {{ none == false }}
{{ 1 if false }}|{{ 1 if true else 2 }}|{{ (not true) or 'x' }}|{{ 0 or [] or 'last' }}|{{ 1 and 2 }}|{{ '' and 2 }}|{{ not 1 == 2 }}
{{ [1, 'two', none, true, 1.5, [2], {'a': 1}] }} {{ (1, 2) }} {{ (1,) }} {{ {'k': "it's", 'q': 'say "x"'} }} {{ "x" }} {{ ["a\n"] }} {{ () }} {{ {} }}
{{ messages[0].nothing }}|{{ nothing }}|{{ nothing is defined }}|{{ nothing | default('d') }}|{{ '' | default('e', true) }}|{{ messages[99] is undefined }}
{{ nothing.at.all }}
{{ nothing() }}
{{ messages[0].role.upper() }} {{ "a,b,,c".split(",") }} {{ " a  b ".split() }} {{ "a-b-c".split("-", 1) }} {{ "a-b-c".rsplit("-", 1) }} {{ "one two three".split(None, 1) }} {{ "a\nb\n".splitlines() }}
{{ "xxabcxx".strip("x") }} {{ "abc".startswith(("x", "a")) }} {{ "abc".endswith("c") }} {{ "hello world".title() }} {{ "HELLO".capitalize() }} {{ "aXbX".replace("X", "-", 1) }} {{ "abcabc".find("c") }} {{ "-".join(["a", "b"]) }} {{ "a.b".count(".") }}
{{ "hello"[1:3] }} {{ "hello"[::-1] }} {{ "hello"[-2:] }} {{ [1, 2, 3, 4][::2] }} {{ [1, 2, 3][5:] }} {{ "🦙ab"[0] }} {{ "🦙ab" | length }} {{ "abc"[:-1] }}
{{ [3, 1, 2] | sort }} {{ ["b", "A", "c"] | sort }} {{ [3, 1, 2] | sort(reverse=true) }} {{ [1, 2, 2] | unique | list }} {{ [1, 2] | sum }} {{ [1, 5, 2] | max }} {{ [4, 2] | min }} {{ "abc" | reverse }} {{ [1, 2] | reverse | list }}
{{ messages | map(attribute='role') | join(', ') }} {{ ["a", "b"] | map('upper') | list }} {{ messages | selectattr('role', 'equalto', 'user') | list | length }} {{ [0, 1, 2] | select | list }} {{ [1, 2, 3] | reject('odd') | list }} {{ messages | rejectattr('content') | list | length }}
{{ {'b': 1, 'a': 2} | dictsort }} {{ {'b': 1, 'a': 2}.items() | list }} {{ {'b': 1} | items | list }} {{ {'b': 1}.get('c', 'no') }} {{ {'b': 1}.keys() | list }} {{ {'items': 5}['items'] }} {{ {'a': {'b': 3}}.a.b }}
{{ "5" | int + 1 }} {{ "x" | int }} {{ "x" | int(7) }} {{ "2.5" | float }} {{ 2.567 | round(1) }} {{ 2.5 | round }} {{ -3 | abs }} {{ 3.9 | int }} {{ "a b c" | wordcount }} {{ "  x " | trim }} {{ "hello there" | title }} {{ "hELLO" | capitalize }} {{ [1] | first }} {{ "abc" | last }}
{{ "a\nb\n\nc" | indent(2) }} {{ "a\nb" | indent(2, true) }} {{ "<a href='x'>" | e }} {{ "aXa" | replace("a", "b") }} {{ 5 | string | length }}
{{ {"a": [1, 2.0, "é\n\"", none, true], "b": {}} | tojson }} {{ [] | tojson }} {{ {"a": [1, {"c": 2}], "e": []} | tojson(indent=2) }} {{ "</script>" | tojson }} {{ {"b": 1, "a": 2} | tojson(sort_keys=true, separators=(",", ":")) }}
{% for i in range(3) %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.cycle('a', 'b') }};{% endfor %}
{% for i in [] %}x{% else %}empty{% endfor %} {% for i in range(10) if i is even %}{{ i }}{{ loop.index }}{% endfor %} {% for i in range(5) %}{% if i == 1 %}{% continue %}{% endif %}{% if i == 3 %}{% break %}{% endif %}{{ i }}{% endfor %}
{% for k, v in {'a': 1, 'b': 2}.items() %}{{ k }}={{ v }} {% endfor %}{% for a, b in [(1, 2), [3, 4]] %}{{ a + b }} {% endfor %}{% for c in "añ🦙" %}[{{ c }}]{% endfor %}{% for k in {'x': 1} %}{{ k }}{% endfor %}
{% for a in [1, 2] %}{% for b in [3, 4] %}{{ loop.depth }}{{ loop.previtem }}{{ loop.nextitem }}{% endfor %}{% endfor %}
{% set x = 1 %}{% for i in range(2) %}{% set x = x + 1 %}{{ x }}{% endfor %}{{ x }}{% if true %}{% set x = 9 %}{% endif %}{{ x }}
{% set ns = namespace(count=0, name='n') %}{% for i in range(3) %}{% set ns.count = ns.count + i %}{% endfor %}{{ ns.count }}{{ ns.name }}{{ ns.nothing is defined }}
{% set a, b = 1, [2] %}{{ a }}{{ b }}{% set t = 1, 2 %}{{ t }}{% set block %} in {{ a }} block {% endset %}[{{ block }}]{% set up | upper %}up{% endset %}{{ up }}
{% macro greet(name, greeting='Hello') %}{{ greeting }}, {{ name }}!{% endmacro %}{{ greet('A') }}{{ greet('B', greeting='Hi') }}{{ greet(name='C') | upper }}
{% macro outer() %}<{{ caller() }}>{% endmacro %}{% call outer() %}inside{% endcall %}{% filter upper %}text{% endfilter %}
{% macro m(x) %}{{ x }}{% endmacro %}{{ m(1, 2) }}
{% if messages is iterable and messages is not string and messages[0] is mapping %}y{% endif %}{{ 3 is odd }}{{ 4 is divisibleby 2 }}{{ 1 is number }}{{ true is boolean }}{{ 1.5 is float }}{{ 'a' is in ['a'] }}{{ none is none }}{{ 'x' is eq 'x' }}{{ 3 is gt 2 }}{{ 'abc' is lower }}
{% raw %}{{ not this }}{% endraw %} {# a comment #}x{#- trimmed -#}  y {{- 1 -}}  z
a {%- if true -%} b {%- endif -%} c {%+ if true +%} d {% endif %} e
{% if 1 %}one{% elif 2 %}two{% else %}three{% endif %}{% if 0 %}one{% elif 2 %}two{% endif %}{% if not 0 %}{% if 1 %}nested{% endif %}{% endif %}
{{ strftime_now('%d %b %Y %H:%M:%S %A %B %y %j %p %I %-d %%') }} {{ raise_exception is defined }}
{{ raise_exception('stop ' + 'here') }}
{{ messages.append(1) }}
{{ 1 / 0 }}
{{ 'a' + 1 }}
{{ [1, 'a'] | sort }}
{{ range(200000) | length }}
{{ "%s is %d" % ("x", 3) }} {{ 1 ~ 2 + 3 }} {{ 'a' if 'b' else 'c' ~ 'd' }} {{ -1 | abs }} {{ (-1) | abs }} {{ 'a' is defined and 1 }} {{ [1, 2, 3] | length == 3 }} {{ "x" ~ [1] | length }}
{{ messages[0]['content'][0:5] ~ '…' }} {{ messages | length }} {{ messages[-1].role }} {{ add_generation_prompt }} {{ tools is none }} {{ bos_token + eos_token }}
{{ loop }}{{ true and not false }}{{ True }}{{ None }}{{ 'a' != 'b' }}{{ [] is sequence }}{{ "abc" | list }}{{ {'a': 1} | length }}{{ dict(a=1, b='x') }}
{%- for m in messages %}
  {%- if loop.first %}
first
  {% endif %}
    {% if loop.last %}
  last
    {% endif %}
{% endfor %}
end
""".strip("\n").split("\n")
# The last snippet is of several lines.
cut = SNIPPETS.index("{%- for m in messages %}")
SNIPPETS = SNIPPETS[:cut] + ["\n".join(SNIPPETS[cut:]) + "\n"]
BROKEN = ["{{ 1 +", "{% if %}x{% endif %}", "{% for x in %}{% endfor %}", "{% if true %}", "{% endif %}", "{{ 'open }}", "{{ a b }}", "{% nonsense %}", "{# open", "{% set %}", "{{ f(a=1, 2) }}", "{{ [1, }}", "{{ x | nofilter }}", "{{ 1 is notest }}", "{% macro %}{% endmacro %}", "{{ a[ }}"]

cases = []
for template in MODELS + SNIPPETS + BROKEN:
    for name, chat in CHATS.items() if template in MODELS else [("plain", CHATS["plain"]), ("system", CHATS["system"])][: 2 if "messages" in template else 1]:
        case = {"template": template, "input": chat}
        try:
            case["output"] = env.from_string(template).render(**{"tools": None, **chat}, bos_token="<s>", eos_token="</s>", add_generation_prompt=True)
        except Exception as e:  # whatever Jinja2 refuses, for whatever reason, is to be refused
            case["error"] = True
        cases.append(case)
json.dump(cases, sys.stdout, ensure_ascii=False, indent=0)
sys.stderr.write(f"{len(cases)} cases, {sum('error' in c for c in cases)} refused\n")
