"""The words that companies are made of."""

from __future__ import annotations

from typing import NamedTuple

from profilegraph.domain.records.organisation import DecisionRole, DepartmentFunction


class Unit(NamedTuple):
    """A department as companies have it; `within` is the index of the one that it belongs to."""

    name: str
    stem: str
    function: DepartmentFunction
    within: int | None = None


F = DepartmentFunction
UNITS = (  # a department stands after the one that it belongs to
    Unit("总经办", "运营", F.MANAGEMENT),
    Unit("技术中心", "技术", F.IT),
    Unit("市场营销中心", "营销", F.MARKETING),
    Unit("供应链中心", "供应链", F.OPERATIONS),
    Unit("财务部", "财务", F.FINANCE),
    Unit("人力资源部", "人力资源", F.HUMAN_RESOURCES),
    Unit("法务部", "法务", F.LEGAL),
    Unit("行政部", "行政", F.ADMINISTRATION),
    Unit("信息技术部", "信息", F.IT, 1),
    Unit("研发部", "研发", F.RESEARCH, 1),
    Unit("市场部", "市场", F.MARKETING, 2),
    Unit("销售部", "销售", F.SALES, 2),
    Unit("客户服务部", "客服", F.SERVICE, 2),
    Unit("采购部", "采购", F.PROCUREMENT, 3),
    Unit("生产部", "生产", F.PRODUCTION, 3),
    Unit("数据平台组", "数据平台", F.IT, 8),
)
RANKS = ("总监", "经理", "主管", "专员")
HEADS = ("董事长", "总经理", "首席执行官", "执行董事")
R = DecisionRole
ROLES = {
    F.IT: (R.TECHNICAL_BUYER, R.CHAMPION, R.USER),
    F.RESEARCH: (R.TECHNICAL_BUYER, R.INFLUENCER, R.USER),
    F.FINANCE: (R.ECONOMIC_BUYER, R.GATEKEEPER, R.BLOCKER),
    F.PROCUREMENT: (R.GATEKEEPER, R.DECIDER, R.INFLUENCER),
    F.LEGAL: (R.GATEKEEPER, R.BLOCKER),
}
OTHER_ROLES = (R.INFLUENCER, R.USER, R.CHAMPION, R.DECIDER)

INDUSTRIES = (
    ("软件和信息技术", "科技"),
    ("制造业", "制造"),
    ("金融业", "投资"),
    ("教育", "教育科技"),
    ("批发和零售", "商贸"),
    ("建筑装饰", "装饰工程"),
    ("医药健康", "医药"),
    ("物流运输", "物流"),
    ("文化传媒", "传媒"),
    ("新能源", "新能源"),
    ("农业", "农业"),
    ("餐饮住宿", "餐饮管理"),
)
PLACES = (  # province, city
    ("北京市", "北京"),
    ("上海市", "上海"),
    ("天津市", "天津"),
    ("重庆市", "重庆"),
    ("广东省", "广州"),
    ("广东省", "深圳"),
    ("广东省", "东莞"),
    ("广东省", "佛山"),
    ("江苏省", "南京"),
    ("江苏省", "苏州"),
    ("江苏省", "无锡"),
    ("浙江省", "杭州"),
    ("浙江省", "宁波"),
    ("浙江省", "温州"),
    ("四川省", "成都"),
    ("湖北省", "武汉"),
    ("湖南省", "长沙"),
    ("陕西省", "西安"),
    ("山东省", "济南"),
    ("山东省", "青岛"),
    ("河南省", "郑州"),
    ("福建省", "福州"),
    ("福建省", "厦门"),
    ("安徽省", "合肥"),
    ("辽宁省", "沈阳"),
    ("辽宁省", "大连"),
    ("江西省", "南昌"),
    ("云南省", "昆明"),
)
CHANNELS = ("website", "wechat", "app", "exhibition", "telesales", "partner")
CONTENTS = {
    "download": ("产品白皮书", "行业报告", "选型指南", "客户案例集"),
    "watch_live": ("新品发布会", "行业沙龙直播", "产品实操直播"),
    "consult": ("价格咨询", "功能咨询", "部署方式咨询", "续费咨询"),
    "sign_up": ("年度用户大会", "城市沙龙", "培训营"),
    "join_lottery": ("大会抽奖", "问卷抽奖"),
    "take_course": ("入门课", "进阶课", "管理员认证课"),
    "visit_page": ("/pricing", "/product", "/cases", "/docs", "/about"),
    "submit_form": ("试用申请", "报价申请"),
    "open_email": ("月度通讯", "活动邀请"),
    "request_demo": ("标准演示", "定制演示"),
}
EVENT_WEIGHTS = {
    "visit_page": 40,
    "open_email": 15,
    "download": 12,
    "consult": 8,
    "watch_live": 7,
    "take_course": 6,
    "sign_up": 5,
    "submit_form": 4,
    "join_lottery": 2,
    "request_demo": 1,
}
BEHAVIOURS = {
    "download": "downloaded",
    "watch_live": "watched_live",
    "consult": "consulted",
    "sign_up": "signed_up",
    "join_lottery": "joined_lottery",
    "take_course": "took_course",
}
TEAMS = (
    ("sales", "销售中心", None),
    ("sales-east", "华东销售部", "sales"),
    ("sales-south", "华南销售部", "sales"),
    ("sales-north", "华北销售部", "sales"),
    ("marketing", "市场部", None),
    ("sales_operations", "销售运营部", None),
    ("customer_success", "客户成功部", None),
    ("product", "产品部", None),
)
