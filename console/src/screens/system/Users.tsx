// Users and what they may: made, given roles and passwords, disabled and enabled; and all roles with their scopes in words.
import { PlusOutlined } from "@ant-design/icons";
import { Button, Card, Dropdown, Form, Input, Modal, Popconfirm, Select, Space, Table, type TableColumnsType, Tabs, Tag, Typography } from "antd";
import { useState } from "react";

import { api, told, type Schemas } from "@/api/client";
import { useSession } from "@/app/session";
import { useBoth, useWords } from "@/app/words";
import { type Roles, useRoleName, useRoles, useScopeText } from "@/parts/access";
import { useFilters } from "@/parts/address";
import { CsvButton } from "@/parts/CsvButton";
import { useAsk, useDeed } from "@/parts/ask";
import { unlessWritten } from "@/parts/dialogs";
import { Mark } from "@/parts/Mark";
import { Failure, Nothing } from "@/parts/States";
import { STICKY } from "@/parts/sticky";
import { countText, Time, timeText } from "@/parts/values";

import { systemWords } from "@/screens/system/words";

type User = Schemas["Users"]["users"][number];
type Role = Roles["roles"][number];

const PASSWORD_MIN = 12;
const PASSWORD_MAX = 128;
const TOUCHES = [["users"]];


function useRoleOptions(roles: Roles | undefined) {
  const both = useBoth();
  return (roles?.roles ?? []).filter((role) => role.for_people).map((role) => ({ value: role.role, label: `${both(role)} (${role.role})` }));
}

function NewUser({ roles, onClose }: { roles: Roles | undefined; onClose: () => void }) {
  const t = useWords(systemWords);
  const options = useRoleOptions(roles);
  const [form] = Form.useForm<Schemas["NewUser"]>();
  const make = useDeed((values: Schemas["NewUser"]) => told(api.POST("/v1/users", { body: values })), { done: t("userMade"), touches: TOUCHES, after: onClose });
  return (
    <Modal open title={t("newUser")} okText={t("save")} cancelText={t("cancel")} confirmLoading={make.isPending} onOk={() => form.submit()} onCancel={unlessWritten(() => form.isFieldsTouched(), onClose)} maskClosable={false}>
      <Form form={form} layout="vertical" onFinish={(values) => make.mutate({ ...values, title: values.title?.trim() ?? "" })} autoComplete="off">
        <Form.Item name="name" label={t("user")} extra={t("userHint")} rules={[{ required: true, pattern: /^[a-z0-9][a-z0-9._@-]{0,47}$/, message: t("userHint") }]}>
          <Input maxLength={48} autoFocus autoComplete="off" />
        </Form.Item>
        <Form.Item name="title" label={t("person")}>
          <Input maxLength={32} autoComplete="off" />
        </Form.Item>
        <Form.Item name="roles" label={t("roles")} required={false} rules={[{ required: true, message: t("roles") }]}>
          <Select mode="multiple" options={options} optionFilterProp="label" />
        </Form.Item>
        <Form.Item name="password" label={t("password")} extra={t("passwordHint")} rules={[{ required: true, min: PASSWORD_MIN, max: PASSWORD_MAX, message: t("passwordHint") }]}>
          <Input.Password autoComplete="new-password" />
        </Form.Item>
      </Form>
    </Modal>
  );
}

function ChangeRoles({ user, roles, onClose }: { user: User; roles: Roles | undefined; onClose: () => void }) {
  const t = useWords(systemWords);
  const options = useRoleOptions(roles);
  const [chosen, setChosen] = useState(user.roles);
  const change = useDeed((wanted: string[]) => told(api.PUT("/v1/users/{name}/roles", { params: { path: { name: user.name } }, body: { roles: wanted } })), { done: t("saved"), touches: TOUCHES, after: onClose });
  return (
    <Modal
      open
      title={<span data-told="">{`${t("changeRoles")} · ${user.name}`}</span>}
      okText={t("save")}
      okButtonProps={{ disabled: chosen.length === 0 }}
      cancelText={t("cancel")}
      confirmLoading={change.isPending}
      onOk={() => change.mutate(chosen)}
      onCancel={onClose}
    >
      <p>{t("changeRolesText")}</p>
      <Select mode="multiple" value={chosen} onChange={setChosen} options={options} optionFilterProp="label" aria-label={t("roles")} style={{ width: "100%" }} />
    </Modal>
  );
}

function SetPassword({ user, onClose }: { user: User; onClose: () => void }) {
  const t = useWords(systemWords);
  const [form] = Form.useForm<{ password: string }>();
  const set = useDeed((password: string) => told(api.PUT("/v1/users/{name}/password", { params: { path: { name: user.name } }, body: { password } })), { done: t("saved"), touches: TOUCHES, after: onClose });
  return (
    <Modal
      open
      title={<span data-told="">{`${t("newPassword")} · ${user.name}`}</span>}
      okText={t("save")}
      cancelText={t("cancel")}
      confirmLoading={set.isPending}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      <p>{t("newPasswordText")}</p>
      <Form form={form} layout="vertical" onFinish={(values) => set.mutate(values.password)} autoComplete="off">
        <Form.Item name="password" label={t("password")} extra={t("passwordHint")} rules={[{ required: true, min: PASSWORD_MIN, max: PASSWORD_MAX, message: t("passwordHint") }]}>
          <Input.Password autoComplete="new-password" />
        </Form.Item>
      </Form>
    </Modal>
  );
}

type Deed = { what: "roles" | "password"; user: User };

function Deeds({ user, onDeed }: { user: User; onDeed: (deed: Deed) => void }) {
  const t = useWords(systemWords);
  const disable = useDeed(() => told(api.POST("/v1/users/{name}/disable", { params: { path: { name: user.name } } })), { done: t("saved"), touches: TOUCHES });
  const enable = useDeed(() => told(api.POST("/v1/users/{name}/enable", { params: { path: { name: user.name } } })), { done: t("saved"), touches: TOUCHES });
  return (
    <Space size="small">
      <Dropdown
        trigger={["click"]}
        menu={{
          items: [
            { key: "roles", label: t("changeRoles"), onClick: () => onDeed({ what: "roles", user }) },
            { key: "password", label: t("newPassword"), onClick: () => onDeed({ what: "password", user }) },
          ],
        }}
      >
        <Button size="small" aria-label={`${t("deeds")}: ${user.name}`}>
          …
        </Button>
      </Dropdown>
      {user.disabled ? (
        <Button size="small" loading={enable.isPending} onClick={() => enable.mutate(undefined)}>
          {t("enable")}
        </Button>
      ) : (
        <Popconfirm title={t("disableAsk", { name: user.name })} okText={t("disable")} cancelText={t("cancel")} onConfirm={() => disable.mutate(undefined)}>
          <Button size="small" danger loading={disable.isPending}>
            {t("disable")}
          </Button>
        </Popconfirm>
      )}
    </Space>
  );
}

function UserTable({ roles }: { roles: Roles | undefined }) {
  const t = useWords(systemWords);
  const { may } = useSession();
  const [filters, change] = useFilters();
  const [making, setMaking] = useState(false);
  const [deed, setDeed] = useState<Deed | null>(null);
  const query = useAsk(["users"], (signal) => told(api.GET("/v1/users", { signal })), { everyMs: 15_000 });
  const roleName = useRoleName(roles);
  const text = (filters.text ?? "").toLowerCase();
  const users = query.data?.users ?? [];
  const rows = users.filter((user) => text === "" || `${user.name} ${user.title} ${user.roles.join(" ")} ${user.roles.map(roleName).join(" ")}`.toLowerCase().includes(text));
  const mayWrite = may("users:write");
  const columns: TableColumnsType<User> = [
    { key: "name", title: t("user"), sorter: (one, other) => one.name.localeCompare(other.name), render: (_, row) => <span data-told="">{row.name}</span> },
    { key: "title", title: t("person"), render: (_, row) => <span data-told="">{row.title === "" ? "—" : row.title}</span> },
    { key: "roles", title: t("roles"), render: (_, row) => row.roles.map((role) => <Tag key={role}>{roleName(role)}</Tag>) },
    {
      key: "state",
      title: t("userState"),
      render: (_, row) => (
        <>
          <Mark kind={row.disabled ? "bad" : "good"}>{t(row.disabled ? "disabled" : "enabled")}</Mark>
          {row.must_change_password && <Mark kind="warn">{t("mustChange")}</Mark>}
        </>
      ),
    },
    { key: "signedIn", title: t("signedIn"), sorter: (one, other) => (one.signed_in ?? 0) - (other.signed_in ?? 0), render: (_, row) => <Time ms={row.signed_in} /> },
    { key: "sessions", title: t("sessions"), align: "right", render: (_, row) => row.sessions },
    { key: "created", title: t("created"), render: (_, row) => <Time ms={row.created} /> },
    ...(mayWrite ? [{ key: "deeds", title: t("deeds"), render: (_: unknown, row: User) => <Deeds user={row} onDeed={setDeed} /> }] : []),
  ];
  return (
    <>
      <Space wrap style={{ marginBottom: 8 }}>
        <Input.Search allowClear defaultValue={filters.text} placeholder={t("searchUsers")} aria-label={t("searchUsers")} onSearch={(value) => change({ text: value.trim() })} style={{ width: 280 }} />
        {mayWrite && (
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setMaking(true)}>
            {t("newUser")}
          </Button>
        )}
        {query.data !== undefined && <Typography.Text type="secondary">{t("usersFound", { n: countText(users.length), m: countText(users.filter((user) => !user.disabled).length) })}</Typography.Text>}
        <CsvButton
          name="users"
          head={[t("user"), t("person"), t("roles"), t("userState"), t("signedIn"), t("sessions"), t("created")]}
          rows={() => rows.map((row) => [row.name, row.title, row.roles.map(roleName).join("; "), t(row.disabled ? "disabled" : "enabled"), timeText(row.signed_in), row.sessions, timeText(row.created)])}
        />
      </Space>
      {query.error !== null && <Failure error={query.error} onAgain={() => void query.refetch()} />}
      <Table<User>
        rowKey="name"
        columns={columns}
        dataSource={rows}
        loading={query.isPending}
        tableLayout="auto"
        sticky={STICKY}
        pagination={{ defaultPageSize: 50, hideOnSinglePage: true }}
        locale={{ emptyText: query.isPending || query.error !== null ? " " : <Nothing /> }}
      />
      {making && <NewUser roles={roles} onClose={() => setMaking(false)} />}
      {deed?.what === "roles" && <ChangeRoles user={deed.user} roles={roles} onClose={() => setDeed(null)} />}
      {deed?.what === "password" && <SetPassword user={deed.user} onClose={() => setDeed(null)} />}
    </>
  );
}

function RoleTable({ roles }: { roles: Roles | undefined }) {
  const t = useWords(systemWords);
  const both = useBoth();
  const scopeText = useScopeText(roles);
  const columns: TableColumnsType<Role> = [
    {
      key: "role",
      title: t("role"),
      width: 200,
      render: (_, row) => (
        <div>
          <strong>{both(row)}</strong> {!row.for_people && <Tag>{t("forSystems")}</Tag>}
          <Typography.Text type="secondary" className="mono" style={{ display: "block" }}>
            {row.role}
          </Typography.Text>
        </div>
      ),
    },
    { key: "text", title: t("roleText"), width: 300, render: (_, row) => both({ zh: row.text_zh, en: row.text }) },
    {
      key: "scopes",
      title: t("scopes"),
      render: (_, row) => (
        <ul style={{ margin: 0, paddingInlineStart: 16, columns: 2 }}>
          {row.scopes.map((scope) => (
            <li key={scope}>
              {scopeText(scope)} <Typography.Text type="secondary" className="mono">{scope}</Typography.Text>
            </li>
          ))}
        </ul>
      ),
    },
  ];
  return <Table<Role> rowKey="role" columns={columns} dataSource={roles?.roles ?? []} loading={roles === undefined} pagination={false} sticky={STICKY} />;
}

export default function Users() {
  const t = useWords(systemWords);
  const [filters, change] = useFilters();
  const roles = useRoles();
  return (
    <Card size="small" title={<h1 style={{ fontSize: 16, margin: 0 }}>{t("users")}</h1>}>
      {roles.error !== null && <Failure error={roles.error} onAgain={() => void roles.refetch()} />}
      <Tabs
        size="small"
        activeKey={filters.tab ?? "users"}
        onChange={(tab) => change({ tab: tab === "users" ? null : tab })}
        destroyOnHidden
        items={[
          { key: "users", label: t("usersTab"), children: <UserTable roles={roles.data} /> },
          { key: "roles", label: t("rolesTab"), children: <RoleTable roles={roles.data} /> },
        ]}
      />
    </Card>
  );
}
