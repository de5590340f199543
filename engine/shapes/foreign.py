"""Words of other products, and signs of arithmetic, each with the word that stands for it here."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache

WORDS = {
    "trigger": "triggers on when event events start execute_on 触发 触发器 触发条件 触发方式",
    "conditions": "condition criteria criterion filter filters where when if rule rules 条件 筛选 过滤",
    "actions": "action steps step do then run jobs tasks nodes sequence instant_actions scheduled_actions"
    " 动作 操作 执行 执行动作 步骤",
    "module": "entity object table form app record_type 模块 表 表单 对象",
    "modules": "entities objects tables forms 模块",
    "name": "title alias display_name 名称 名字 标题",
    "status": "state enabled active 状态 启用",
    "priority": "order weight 优先级 顺序",
    "id": "key code identifier uuid 编号 标识",
    "tests": "examples test_cases 测试 例子",
    "limit": "max maximum 上限 限制",
    "once_per": "frequency re_entry 频率",
    "all": "and && every_of 并且 且 与 同时满足 全部满足 所有",
    "any": "or || one_of any_of 或 或者 任一满足 任意",
    "none": "not ! none_of 非 都不满足",
    "field": "column property attribute entity_id 字段 列",
    "time_since": "days_since older_than 距今",
    "count_of": "count 数量 计数",
    "sum_of": "sum total 合计 求和",
    "is": "= == eq equal equals equal_to value 等于 是 为",
    "is_not": "!= <> ≠ ne neq not_equal not_equals 不等于 不是",
    "at_least": ">= => ≥ gte ge min minimum greater_or_equal 大于等于 不小于 至少",
    "more_than": "> gt greater_than over above 大于 超过 多于",
    "at_most": "<= =< ≤ lte le max maximum less_or_equal 小于等于 不大于 至多",
    "less_than": "< lt under below 小于 少于",
    "after": "later_than since 晚于",
    "before": "earlier_than until 早于",
    "contains": "includes include like match matches 包含",
    "starts_with": "begins_with prefix 开头是",
    "ends_with": "suffix 结尾是",
    "has": "contains_any has_any includes_any",
    "during": "within period in_last time_window 期间 时间段",
    "if_missing": "if_empty on_missing default 为空时",
    "every": "interval repeat each 每 每隔",
    "schedule": "cron crontab",
    "at": "time hour 时间 时刻",
    "timezone": "time_zone tz 时区",
    "update_field": "set update field_update set_field update_record update_fields 更新字段 数据修改",
    "add_tag": "tag label set_tag 加标签 打标签 添加标签",
    "create_task": "task new_task add_task add_activity todo 创建任务 新建任务",
    "send_template": "send_email send_mail send_sms email mail sms send_message email_notification 发邮件",
    "notify": "notification send_notification alert remind 通知 提醒 消息推送",
    "stop": "end exit break return 停止 结束",
    "if": "when case elif choose 如果 若",
    "then": "do actions steps 那么 则 就",
    "else": "otherwise elif default 否则",
    "otherwise": "else fallback 否则",
    "subject": "title headline name 主题 标题",
    "to": "assignee assigned_to assign_to owner recipient recipients target user 给 收件人 负责人 执行人",
    "due": "deadline due_date due_in due_on 截止 截止日期 到期",
    "text": "message body content description 内容 正文 文字 说明",
    "template": "template_id name 模板",
    "label": "title display_name 标签 名称 标题",
    "fields": "columns properties attributes 字段",
    "type": "kind data_type 类型",
    "options": "choices values enum picklist 选项",
    "required": "mandatory not_null 必填",
    "computed": "formula rollup 公式 计算",
    "rows": "data values 行",
    "columns": "fields 列",
    "by": "key keys index 按 依据",
    "class": "category kind type 类别 分类",
    "versions": "variants content contents 版本",
    "language": "lang locale 语言",
    "currency": "money 货币 币种",
    "channels": "channel 渠道",
    "store": "database db 数据库",
    "guards": "guard limits",
    "paused": "inactive disabled disable off stopped draft false no 停用 禁用 暂停 关闭 草稿",
    "active": "enabled enable on running published true yes 启用 开启 运行 生效",
    "true": "yes on y 是 真 对",
    "false": "no off n 否 假 错",
    "number": "integer int float decimal numeric double 数字 数值 整数 小数",
    "choice": "select dropdown enum picklist single_select 单选 下拉 选项",
    "yes_no": "boolean bool checkbox 是否 布尔 复选框",
    "datetime": "timestamp 日期时间",
    "date": "day 日期",
    "money": "amount 金额",
    "phone": "mobile tel telephone 电话 手机",
    "link": "lookup reference relation foreign_key 关联 关联记录",
    "length": "duration 时长",
    "zh": "cn chinese zh-cn zh_cn 中文",
    "en": "english en-us en_us 英文",
    "commercial": "marketing 营销",
    "high": "urgent 高",
    "low": "低",
}
"""Our word, and what the same thing is called elsewhere."""

PHRASES = {
    "cron": ("trigger", 'trigger: {schedule: "0 1 * * *"}'),
    "schedule": ("trigger", 'trigger: {schedule: "0 1 * * *"}'),
    "every": ("trigger", 'trigger: {every: day, at: "01:00"}'),
    "all": ("conditions", "conditions: {all: […]}"),
    "any": ("conditions", "conditions: {any: […]}"),
    "disabled": ("status", "status: paused"),
    "daily": ("every", "every: day"),
    "每天": ("every", "every: day"),
    "weekly": ("every", "every: monday"),
    "monthly": ("every", "every: month"),
    "platform": ("every", "every: day"),
    "in": ("is", "is: [A, B]"),
    "属于": ("is", "is: [A, B]"),
    "not_in": ("is_not", "is_not: [A, B]"),
    "不属于": ("is_not", "is_not: [A, B]"),
    "between": ("at_least", "at_least: 1, at_most: 9"),
    "介于": ("at_least", "at_least: 1, at_most: 9"),
    "is_null": ("is_empty", "is_empty: true"),
    "empty": ("is_empty", "is_empty: true"),
    "为空": ("is_empty", "is_empty: true"),
    "is_not_null": ("is_empty", "is_empty: false"),
    "is_not_empty": ("is_empty", "is_empty: false"),
    "not_empty": ("is_empty", "is_empty: false"),
    "不为空": ("is_empty", "is_empty: false"),
    "operator": ("is", "is: A"),
    "op": ("is", "is: A"),
    "action": ("update_field", "update_field: {…}"),
    "service": ("update_field", "update_field: {…}"),
    "type": ("update_field", "update_field: {…}"),
    "uses": ("update_field", "update_field: {…}"),
}
"""A word of elsewhere that takes more than another word; the phrase fits where its first part is known."""

REMARKS = ("description", "version", "author", "comment", "remark", "notes", "备注", "说明", "描述", "版本")
"""What other products keep in a file, and what is a comment here."""

_SIGNS = (">=", "<=", "=>", "=<", "!=", "<>", "==", "≥", "≤", "≠", ">", "<", "=")
SIGN = re.compile("|".join(_SIGNS))
_FORMULA = re.compile(rf"(?P<field>[^=<>!≥≤≠]+?)\s*(?P<sign>{SIGN.pattern})\s*(?P<value>[^=<>!≥≤≠]+)")


def our_word(word: str, known: Collection[str]) -> str:
    """What a word of another product is called here; a phrase when one word is not enough, or nothing."""
    plain = _plain(word)
    fitting = [ours for ours in _elsewhere().get(plain, ()) if ours in known]
    needed, phrase = PHRASES.get(plain, ("", ""))
    if needed in known and plain not in known:
        return phrase
    return fitting[0] if fitting else ""


def word_of_sign(sign: str) -> str:
    """The comparison that a sign of arithmetic stands for."""
    return _elsewhere()[sign][0]


def condition_of(formula: str) -> str:
    """`席位数 >= 5` as it is written here, or an empty text when it is no comparison."""
    found = _FORMULA.fullmatch(formula)
    if found is None:
        return ""
    return f"{{field: {found['field']}, {word_of_sign(found['sign'])}: {found['value']}}}"


def _plain(word: str) -> str:
    return re.sub(r"[\s-]+", "_", word.strip().casefold())


@lru_cache(maxsize=1)
def _elsewhere() -> dict[str, list[str]]:
    """The table turned round: what it is called elsewhere, and our words for it."""
    found: dict[str, list[str]] = {}
    for ours, others in WORDS.items():
        for other in others.split():
            found.setdefault(_plain(other), []).append(ours)
    return found
