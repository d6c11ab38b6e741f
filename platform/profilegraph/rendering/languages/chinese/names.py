"""What values, columns and the segments of the demonstration are called in Simplified Chinese."""

from __future__ import annotations

from profilegraph.rendering.languages.chinese.filters import FILTERS
from profilegraph.rendering.wording.names import (
    ColumnWording,
    CustomerColumns,
    CustomerNames,
    DemoWording,
    FaultAdvice,
    FaultNames,
    IdentityNames,
    NameWording,
    NoticeNames,
    PersonColumns,
    SegmentKindNames,
    SegmentStateNames,
    SignInWording,
    SourceNames,
)

NAMES = NameWording(
    sources=SourceNames(manual="人工", rule="规则", import_="导入", model="模型"),
    source_labels=SourceNames(manual="人工", rule="规则", import_="导入", model="模型"),
    customers=CustomerNames(company="企业", person="个人"),
    identities=IdentityNames(
        phone="电话",
        email="邮箱",
        wecom_external_user="企业微信外部联系人",
        wechat_openid="微信 OpenID",
        wechat_unionid="微信 UnionID",
        unified_social_credit_code="统一社会信用代码",
        website="网站",
        device="设备",
        crm="CRM 编号",
        other="其他",
    ),
    segment_kinds=SegmentKindNames(dynamic="动态", static="静态", snapshot="快照"),
    segment_states=SegmentStateNames(draft="草稿", active="启用", archived="已归档"),
    notices=NoticeNames(
        customers_saved_later="客户",
        people_saved_later="决策人",
        opportunities_saved_later="商机",
    ),
    faults=FaultNames(
        dimension_missing="维度「{0}」已不存在",
        tag_missing="标签「{0}」已不存在",
        attribute_missing="属性「{0}」已不存在",
        metric_missing="指标「{0}」已不存在",
        event_type_missing="行为类型「{0}」已不存在",
        segment_missing="人群「{0}」已不存在",
        not_ordered="维度「{0}」不再有顺序，无法比较高低",
        other_type="属性「{0}」已改为其他类型，无法这样比较",
        amount="金额超出范围",
        circle="人群互相引用，形成循环",
        too_large="连同所引用的人群，条件过多",
    ),
    advice=FaultAdvice(
        save_anew="请保存人群的新版本，去掉或更改该条件。",
        bring_back="请重新加载含有它的分类，人群会自动恢复；或保存不含该条件的新版本。",
        save_again="请以同一键值重新保存该人群，或保存不含该条件的新版本。",
    ),
    values=FILTERS.values,
)

COLUMNS = ColumnWording(
    of_customer="客户：{}",
    customer=CustomerColumns(
        key="编号",
        name="名称",
        kind="类型",
        created_at="建档时间",
        owners="负责人",
        channels="来源渠道",
        consents="同意的用途",
        identities=IdentityNames(
            phone="电话",
            email="邮箱",
            wecom_external_user="企业微信外部联系人",
            wechat_openid="微信公众号用户",
            wechat_unionid="微信统一用户",
            unified_social_credit_code="统一社会信用代码",
            website="网站",
            device="设备",
            crm="客户管理系统编号",
            other="其他身份",
        ),
    ),
    person=PersonColumns(
        key="编号",
        name="姓名",
        title="职务",
        role="决策角色",
        influence="影响力",
        stance="立场",
        department="部门",
        superior="上级",
    ),
)

DEMO = DemoWording(
    loyal_customers="忠诚高价值客户",
    big_spenders_to_win_back="待挽留的大客户",
    one_time_buyers="一次性高额买家",
)

SIGN_IN = SignInWording(
    title="登录",
    link="此链接可供您登录一次。",
    sign_in="登录",
    provider="使用企业账号登录",
    ask="请向管理员索取登录链接。",
    signed_in="您已登录。",
    go_on="继续",
    link_over="此链接已使用或已过期,请向管理员索取新的链接。",
    too_many="尝试次数过多,请一分钟后再试。",
    refused="无法登录,请联系管理员;原因见日志。",
    insecure="登录需要 HTTPS,请联系部署管理员。",
    other_site="请求来自其他网站,请重新打开链接并点击按钮。",
)
